import { automaticPageCount } from '../../src/core/perf-buffer.js';
import { describe, expect, it } from 'vitest';
import {
  EnvironmentError,
  errnoName,
  EXIT,
  isNativeFailure,
  KernelError,
  UnsupportedError,
  UsageError,
} from '../../src/core/errors.js';
import { EventStore } from '../../src/core/event-store.js';
import { FunctionTable } from '../../src/core/function-table.js';
import { memoizePacket, memoizeValue } from '../../src/core/memo.js';
import { sortedIndexes } from '../../src/core/merge-sort.js';
import { len, skbAddress } from '../../src/core/row.js';
import {
  attachRequest,
  inheritedFds,
  LineSplitter,
  parseKeeperLine,
} from '../../src/native/keeper-protocol.js';
import { native } from '../../src/run/functions.js';
import { pack } from './rows.js';

describe('errors', () => {
  it('have the exit codes of the documentation', () => {
    expect(EXIT).toEqual({ ok: 0, usage: 2, environment: 3, unsupported: 4, kernel: 5, bug: 70 });
    const errors = [
      new UsageError('m'),
      new EnvironmentError('m'),
      new UnsupportedError('m'),
      new KernelError('m'),
    ];
    expect(errors.map(({ name, exitCode }) => [name, exitCode])).toEqual([
      ['UsageError', 2],
      ['EnvironmentError', 3],
      ['UnsupportedError', 4],
      ['KernelError', 5],
    ]);
  });

  it.each([
    ['EINVAL', 'load', KernelError],
    ['EPERM', 'load', EnvironmentError],
    ['EACCES', 'btf', EnvironmentError],
    ['EACCES', 'load', KernelError], // the verifier's
  ])('of the addon with %s in %s', (code, phase, expected) => {
    const thrown = Object.assign(new Error('text'), { code, errno: 1, phase });
    expect(isNativeFailure(thrown)).toBe(true);
    const call = (): never =>
      native('doing', () => {
        throw thrown;
      });
    expect(call).toThrow(expected);
    expect(call).toThrow(`doing: text (${phase}, ${code})`);
  });

  it('that are bugs pass unchanged', () => {
    const bug = new TypeError('bug');
    expect(() =>
      native('doing', () => {
        throw bug;
      }),
    ).toThrow(bug);
  });

  it('name errnos', () => {
    expect([1, 95, 524].map(errnoName)).toEqual(['EPERM', 'EOPNOTSUPP', 'errno 524']);
  });
});

describe('the keeper protocol', () => {
  it.each([
    ['progress 10 2', { kind: 'progress', succeeded: 10, failed: 2 }],
    ['attached 1001 0', { kind: 'attached', succeeded: 1001, failed: 0 }],
    ['failed 17 22 EINVAL', { kind: 'failed', id: 17, errno: 22, code: 'EINVAL' }],
    [
      'error 95 EOPNOTSUPP no link of that kind',
      { kind: 'error', errno: 95, code: 'EOPNOTSUPP', text: 'no link of that kind' },
    ],
    ['detaching 3 9', { kind: 'detaching', done: 3, total: 9 }],
    ['detached', { kind: 'detached' }],
  ])('%s', (line, message) => {
    expect(parseKeeperLine(line)).toEqual(message);
  });

  it.each(['', 'progress', 'progress 1', 'progress x 1', 'detached 1', 'hello'])('refuses %j', (line) => {
    expect(() => parseKeeperLine(line)).toThrow('the probe-keeper said');
  });

  it('comes in pieces of any size', () => {
    const text = 'progress 1 0\nattached 2 0\ndetached\n';
    for (let size = 1; size <= text.length; size++) {
      const splitter = new LineSplitter();
      const lines: string[] = [];
      for (let at = 0; at < text.length; at += size) lines.push(...splitter.push(text.slice(at, at + size)));
      expect(lines).toEqual(['progress 1 0', 'attached 2 0', 'detached']);
    }
    expect(new LineSplitter().push('no newline yet')).toEqual([]);
  });

  it('sends the programs in the order in which they are inherited', () => {
    const programFds = Int32Array.of(21, -1, 19, -1);
    const functions = [
      { id: 7, program: 2, address: 0xffffffff81000000n, module: 'vmlinux', name: 'ip_rcv' },
    ];
    const plan = { backend: 'kprobe', tracefs: '/t', programFds, functions };
    expect(inheritedFds(plan)).toEqual([21, 19]);
    expect(attachRequest(plan)).toBe(
      'backend kprobe\ntracefs /t\nprogram 0 3\nprogram 2 4\nfunction 7 2 0xffffffff81000000 vmlinux ip_rcv\nattach\n',
    );
  });
});

describe('sorting', () => {
  it('agrees with a stable sort', () => {
    let seed = 1;
    const random = (below: number): number => (seed = (seed * 48271) % 0x7fffffff) % below;
    for (let round = 0; round < 300; round++) {
      const keys = Float64Array.from({ length: random(200) }, () => random(50));
      const expected = [...keys.keys()].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
      expect([...sortedIndexes(keys)]).toEqual(expected);
    }
  });
});

describe('the event store', () => {
  it('copies rows, across its chunks', () => {
    const store = new EventStore();
    const COUNT = 40_000;
    for (let at = 0; at < COUNT; at += 1000) {
      store.append(pack(Array.from({ length: 1000 }, (_, index) => ({ len: at + index }))), 1000);
    }
    expect(store.size).toBe(COUNT);
    for (let event = 0; event < COUNT; event++) {
      if (len(store.rows(event), store.offset(event)) !== event) throw new Error(`event ${event}`);
    }
  });
});

describe('memos', () => {
  it('tell packets apart that share a slot', () => {
    const text = memoizePacket((rows, at) => skbAddress(rows, at).toString(16));
    const skbs = [0x100n, 0x101n, 0x1_0000_0100n, 0x100n, 0x100100n];
    const rows = skbs.map((skb) => pack([{ skb }]));
    expect(rows.map((row) => text(row, 0))).toEqual(['100', '101', '100000100', '100', '100100']);
  });

  it('remember values', () => {
    let calls = 0;
    const text = memoizeValue((value) => `${value} ${++calls}`);
    expect([5, 5, 6, 5].map(text)).toEqual(['5 1', '5 1', '6 2', '5 1']);
  });
});

describe('the function table', () => {
  const table = new FunctionTable({
    names: 'ip_rcv\nnft_do_chain\nip_output',
    modules: 'vmlinux\nnf_tables\nvmlinux',
    addresses: BigUint64Array.of(1n, 2n, 0n),
    positions: Uint8Array.of(1, 2, 3),
    slots: Uint8Array.of(0, 1, 2),
    reasons: Uint8Array.of(0, 0, 2),
    reasonNames: ['', 'ambiguous name', 'no address'],
    dataFreed: new Uint8Array(3),
    warnings: [],
  });

  it('selects by unanchored expressions', () => {
    expect(table.select({})).toEqual([0, 1, 2]);
    expect(table.select({ function: /out|chain/ })).toEqual([1, 2]);
    expect(table.select({ function: /^ip/, module: /nf/ })).toEqual([]);
  });

  it('says why a function cannot be traced', () => {
    expect(table.at(2)).toEqual({
      name: 'ip_output',
      module: 'vmlinux',
      address: 0n,
      skbPosition: 3,
      traceable: false,
      reason: 'no address',
    });
  });
});

describe('the automatic size of the perf buffer', () => {
  it.each([
    [1, 1024],
    [16, 1024],
    [17, 512],
    [24, 512],
    [64, 256],
    [256, 64],
    [4096, 64],
  ])('for %i CPUs is %i pages', (cpus, pages) => {
    expect(automaticPageCount(cpus)).toBe(pages);
  });
});
