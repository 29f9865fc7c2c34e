// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { errnoName } from '../../src/core/errno.js';
import { automaticPageCount } from '../../src/core/ring-buffer.js';
import { describe, expect, it } from 'vitest';
import {
  EnvironmentError,
  ExtensionError,
  EXIT,
  isNativeFailure,
  KernelError,
  UnsupportedError,
  UsageError,
} from '../../src/core/errors.js';
import { FunctionTable, type NativeTable } from '../../src/core/function-table.js';
import { PacketEvents } from '../../src/core/packet-events.js';
import { ROW, ROW_SIZE } from '../../src/core/abi.js';
import { kept } from '../../src/core/kept-text.js';
import { indexCell, valueCell } from '../../src/core/memo.js';
import { len } from '../../src/core/row.js';
import {
  attachRequest,
  inheritedFds,
  LineSplitter,
  parseKeeperLine,
} from '../../src/native/keeper-protocol.js';
import { native } from '../../src/native/call.js';
import { cellText, pack } from '../support/packets/rows.js';

describe('errors', () => {
  it('have the documented exit codes', () => {
    expect(EXIT).toEqual({
      ok: 0,
      differ: 1,
      usage: 2,
      environment: 3,
      unsupported: 4,
      kernel: 5,
      extension: 6,
      loss: 7,
      budget: 8,
      check: 9,
      bug: 70,
      notExecutable: 126,
      notFound: 127,
    });
    const errors = [
      new UsageError('m'),
      new EnvironmentError('m'),
      new UnsupportedError('m'),
      new KernelError('m'),
      new ExtensionError('m'),
    ];
    expect(errors.map(({ name, exitCode }) => [name, exitCode])).toEqual([
      ['UsageError', 2],
      ['EnvironmentError', 3],
      ['UnsupportedError', 4],
      ['KernelError', 5],
      ['ExtensionError', 6],
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

  it('pass unchanged if they are bugs', () => {
    const bug = new TypeError('bug');
    expect(() =>
      native('doing', () => {
        throw bug;
      }),
    ).toThrow(bug);
  });

  it('name errnos', () => {
    expect([1, 11, 95, 108, 524].map(errnoName)).toEqual([
      'EPERM',
      'EAGAIN',
      'EOPNOTSUPP',
      'ESHUTDOWN',
      'ENOTSUPP',
    ]);
    expect(errnoName(4095)).toBe('errno 4095');
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

  it('may arrive in pieces of any size', () => {
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
    const programFds = Int32Array.of(21, -1, 19, -22);
    const functions = [
      {
        id: 7,
        program: 2,
        address: 0xffffffff81000000n,
        bodyOffset: 5,
        btfId: 33,
        module: 'vmlinux',
        symbol: 'ip_rcv',
      },
      {
        id: 8,
        program: 15,
        address: 0n,
        bodyOffset: 0,
        btfId: 0,
        module: 'vmlinux',
        symbol: 'tp:kfree_skb',
        hidden: true,
      },
    ];
    const modules = [{ module: 'veth', inode: 1n << 40n }];
    const plan = { backend: 'kprobe', tracefs: '/t', returns: false, programFds, modules, functions };
    expect(inheritedFds(plan)).toEqual([21, 19]);
    expect(attachRequest(plan)).toBe(
      'backend kprobe\ntracefs /t\nprogram 0 3\nprogram 2 4\nprogram 3 -22\nmodule veth 1099511627776\nfunction 7 2 0xffffffff81000000 5 33 vmlinux ip_rcv\nhidden 8 15 0x0 0 0 vmlinux tp:kfree_skb\nattach\n',
    );
  });
});

describe('the events of a packet', () => {
  it('are copied, and sorted by time if they come late; events with equal times keep their order', () => {
    const events = new PacketEvents(ROW_SIZE);
    const COUNT = 1000;
    const rows = pack(Array.from({ length: COUNT }, (_, index) => ({ len: index, time: BigInt(index ^ 6) })));
    for (let at = 0; at < COUNT; at += 10) events.append(rows, at * ROW_SIZE, (at + 10) * ROW_SIZE);
    expect(events.size).toBe(COUNT);
    const shown = [...events.byTime()].map((at) => len(events.rows, at) ^ 6);
    expect(shown).toEqual(Array.from({ length: COUNT }, (_, index) => index));
  });
});

describe('caches of text', () => {
  it('cache values', () => {
    let calls = 0;
    const cell = valueCell(len, (value) => `${value} ${++calls}`);
    const rows = [5, 5, 6, 5].map((value) => pack([{ len: value }]));
    expect(rows.map((row) => cellText(cell, row))).toEqual(['5 1', '5 1', '6 2', '5 1']);
  });

  it('cache indexes up to a limit', () => {
    let calls = 0;
    const cell = kept(indexCell(ROW.len, (value) => `${value} ${++calls}`));
    const rows = [7, 7, 70_000, 70_000].map((value) => pack([{ len: value }]));
    expect(rows.map((row) => cellText(cell, row))).toEqual(['7 1', '7 1', '70000 2', '70000 3']);
  });
});

describe('the function table', () => {
  const symbols = ['ip_rcv', 'nft_do_chain.constprop.0', 'ip_output'];
  const lines = (texts: readonly string[], of: Uint32Array): string =>
    [...of].map((index) => texts[index]).join('\n');
  const native: Partial<NativeTable> = {
    alwaysProbed: () => Uint32Array.of(0, 1),
    deciders: () => Uint32Array.of(),
    described: (of) => ({
      symbols: lines(symbols, of),
      positions: Uint8Array.from(of, (index) => index + 1),
      reasons: lines(['', '', 'no address'], of),
    }),
    probes: (of) => ({
      symbols: lines(symbols, of),
      programs: Uint8Array.from(of),
      btfIds: of.map((index) => [31, 0, 33][index] ?? 0),
    }),
  };
  const table = new FunctionTable({
    table: native as NativeTable,
    names: 'ip_rcv\nnft_do_chain\nip_output',
    modules: 'vmlinux\nnf_tables\nvmlinux',
    addresses: BigUint64Array.of(1n, 2n, 0n),
    moduleLoads: [],
    warnings: [],
    traceableUnknown: '',
  });

  it('selects by unanchored expressions', () => {
    expect(table.select({})).toEqual([0, 1, 2]);
    expect(table.select({ function: /out|chain/ })).toEqual([1, 2]);
    expect(table.select({ function: /^ip/, module: /nf/ })).toEqual([]);
  });

  it("finds unselected functions that end packets' lives", () => {
    expect(table.probedUnselected([0])).toEqual([1]);
  });

  it('shows a function by name and module, and has the symbol by which the kernel finds it', () => {
    expect([0, 1].map((index) => table.label(index))).toEqual(['ip_rcv', 'nft_do_chain [nf_tables]']);
    expect([0, 1].map((index) => table.at(index).symbol)).toEqual(['ip_rcv', 'nft_do_chain.constprop.0']);
  });

  it('has what the probe-keeper must know, in the order of the functions', () => {
    expect(table.probes([2, 1])).toEqual([
      { id: 2, program: 2, address: 0n, btfId: 33, module: 'vmlinux', symbol: 'ip_output' },
      { id: 1, program: 1, address: 2n, btfId: 0, module: 'nf_tables', symbol: 'nft_do_chain.constprop.0' },
    ]);
  });

  it('is the same with no verdicts, and asks the addon for one with verdicts', () => {
    expect(table.judged({ certain: new Set(), refuted: new Set() })).toBe(table);
    const judged = new FunctionTable({
      ...table.columns,
      table: {
        judged: (...keys: unknown[]) => ({ table: { asked: keys } as never, certain: 1 }),
      } as unknown as NativeTable,
    }).judged({ certain: new Set(['a 0x1']), refuted: new Set(['b 0x2']) });
    expect([judged.certain, judged.columns.table]).toEqual([1, { asked: [['a 0x1'], ['b 0x2']] }]);
  });

  it('says why a function cannot be traced', () => {
    expect(table.at(2)).toEqual({
      name: 'ip_output',
      module: 'vmlinux',
      symbol: 'ip_output',
      address: 0n,
      skbPosition: 3,
      traceable: false,
      reason: 'no address',
    });
  });
});

describe('the automatic size of the ring buffer', () => {
  it.each([
    [1, 4096],
    [4, 4096],
    [5, 2048],
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
