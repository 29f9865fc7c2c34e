// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { trace } from '../../src/index.js';
import { type Ended } from '../support/ipft/running.js';
import { IpftProcess, ipftProcess, traceProcess as startIpft } from '../support/ipft/process.js';
import { until } from '../support/kernel/system.js';
import { refusal } from '../support/addon/bpf-objects.js';
import { IS_WHOLE } from '../support/whole.js';

/** No other trace on this machine has this mark. */
const MARK = 0x1d4b2c90;
const reason = refusal();
const folder = mkdtempSync('/tmp/ipft-hostile-');
afterAll(() => rmSync(folder, { recursive: true }));

const ARGS = ['-m', `${MARK}`, '-b', 'tracepoint', '-r', '^tp:net_dev_queue$'];
const PING = ['ping', '-n', '-q', '-c', '1', '-m', `${MARK}`, '127.0.0.1'];
const CONTROL = /[^\n\x20-\x7e]/;

function file(name: string, text: string): string {
  writeFileSync(`${folder}/${name}`, text);
  return `${folder}/${name}`;
}

/** An extension with such members. */
const extension = (name: string, members: string): string =>
  file(
    `${name}.mjs`,
    `const cycle = {}; cycle.self = cycle;\nexport default { name: '${name}', ${members} };`,
  );

/** Sends a packet as a process whose name breaks lines, and speaks to terminals. */
const NAMED = `
import ctypes, socket
ctypes.CDLL(None).prctl(15, b'a\\n\\x1b[31m,"\\x7f\\xc2\\x9b)')
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, ${MARK})
sender.sendto(b'hostile', ('127.0.0.1', 9))
`;

describe.skipIf(reason !== null)(
  `untrusted text in the output${reason === null ? '' : ` (skipped: ${reason})`}`,
  () => {
    it.each([
      ['stream', 'comm: a\\n\\u001b[31m,"\\u007f\\u009b)', 1],
      ['aggregate', 'comm: a\\n\\u001b[31m,"\\u007f\\u009b)', 2],
      ['csv', '"a\\n\\u001b[31m,""\\u007f\\u009b)"', 2],
      ['json', '"comm":"a\\n\\u001b[31m,\\"\\u007f\\u009b)"', 2],
    ])('has no control characters, -o %s', async (output, shown, lines) => {
      const python = ['/usr/bin/python3', '-c', NAMED];
      const { code, stdout } = await ipftProcess([...ARGS, '-f', 'comm', '-o', output, '--', ...python]);
      expect(stdout).toContain(shown);
      expect(stdout).not.toMatch(CONTROL);
      expect(stdout.trimEnd().split('\n')).toHaveLength(lines);
      expect(code).toBe(0);
    });

    it('has no control characters from an extension, except in lines of onPacket', async () => {
      const text = "'a\\n\\x1b[31m\\x9b'";
      const path = extension('speaks', `onEvent: () => ({ said: ${text} }), onPacket: () => ${text}`);
      const { stdout } = await ipftProcess([...ARGS, '-e', path, '-o', 'stream', '--', ...PING]);
      expect(stdout).toMatch(
        /^ *#1 \d+ \d+ +tp:net_dev_queue \(.*said: a\\n\\u001b\[31m\\u009b\)\na\n\\u001b\[31m\\u009b\n$/,
      );
    });

    it('has no name twice', async () => {
      const traced = (output: string): Promise<Ended> =>
        ipftProcess([...ARGS, '-f', 'packet,function,len', '-o', output, '--', ...PING]);
      const path = extension('again', "fields: ['function', 'packet', 'len']");
      const further = await ipftProcess([...ARGS, '-e', path, '-o', 'json', '--', ...PING]);
      expect(further.stdout.split('\n')[0]?.match(/"(packet|function)":/g)).toHaveLength(2);
      const [event = ''] = (await traced('json')).stdout.split('\n');
      expect(event.match(/"(packet|function)":/g)).toEqual(['"packet":', '"function":']);
      const [header = ''] = (await traced('csv')).stdout.split('\n');
      expect(header.split(',').filter((name) => name === 'function')).toEqual(['function']);
    });

    it("has the packet's own number, whatever onPacket returns", async () => {
      const path = extension('lies', "onPacket: () => ({ packet: 'mine', big: 5n })");
      const { stdout } = await ipftProcess([...ARGS, '-e', path, '-o', 'json', '--', ...PING]);
      expect(stdout.split('\n')).toContain('{"packet":1,"big":5}');
    });
  },
);

describe.skipIf(reason !== null)(
  `extensions that fail in odd ways${reason === null ? '' : ` (skipped: ${reason})`}`,
  () => {
    it.each([
      ['bigint', 'onEvent() { throw 5n; }', /onEvent\(\) at tp:net_dev_queue, packet #1: it threw 5n/],
      ['cycle', 'onEvent() { throw cycle; }', /it threw <ref \*1> \{ self: \[Circular \*1\] \}/],
      ['symbol', "onEvent() { throw Symbol('x'); }", /it threw Symbol\(x\)/],
      [
        'unspeakable',
        'onEvent() { throw Object.assign(new Error(), { toString() { throw 1; } }); }',
        /it threw what cannot be shown/,
      ],
      ['told', 'onPacket: () => cycle', /onPacket\(\) at tp:net_dev_queue, packet #1: it threw TypeError/],
      ['json', 'onPacket: () => ({ toJSON() { throw new Error("no"); } })', /it threw Error: no/],
      ['nothing', 'onPacket: () => ({ toJSON() {} }), onEvent() { throw "seen"; }', /it threw 'seen'/],
      ['getter', 'get fields() { throw new Error("no"); }', /its default export: it threw Error: no/],
      [
        'later',
        'onEvent() { setTimeout(() => { throw new Error("no"); }); }',
        /on its own: it threw Error: no/,
      ],
      ['promise', 'onEvent() { void Promise.reject(new Error("no")); }', /on its own: it threw Error: no/],
    ])('exit with 6: %s', async (name, members, message) => {
      const path = extension(name, members);
      const { code, stderr } = await ipftProcess([
        ...ARGS,
        '-e',
        path,
        '--',
        ...PING,
        '-i',
        '0.2',
        '-c',
        '3',
      ]);
      expect(stderr).toMatch(message);
      expect(code).toBe(6);
    });
  },
);

describe.skipIf(reason !== null)(
  `an extension that fails when it ends${reason === null ? '' : ` (skipped: ${reason})`}`,
  () => {
    const lua = file(
      'ends.lua',
      "api_version = 1 function decode(data) return {} end function fini() error('cannot end') end",
    );
    const c = file(
      'seen.c',
      `#include "ipft_extension.h"
      struct event { __u32 seen; } __ipft_event_struct;
      __hidden int module(void *ctx, struct sk_buff *skb, __u8 data[64]) { return 0; }`,
    );
    const both = ['-e', c, '-e', lua];

    it('exits with 6', async () => {
      const { code, stderr } = await ipftProcess([...ARGS, ...both, '--duration', '1ms']);
      expect(stderr).toMatch(/fini\(\): it threw .*cannot end/);
      expect(code).toBe(6);
    });

    it('does not hide an earlier error', async () => {
      const { code, stderr } = await ipftProcess(['-m', '1', '-b', 'tracepoint', '-r', '^nope$', ...both]);
      expect(stderr).toContain('nope');
      expect(stderr).not.toContain('fini');
      expect(code).toBe(2);
    });

    it('ends loops and promises of a script', async () => {
      const run = trace({ mark: MARK, backend: 'tracepoint', extensions: [c, lua] });
      run.stop();
      const settled = await Promise.allSettled([run.summary, run.packets().next(), run.ready]);
      const reasons = settled.map((each) => (each.status === 'rejected' ? String(each.reason) : each.status));
      for (const each of reasons) expect(each).toContain('fini(): it threw Error: ');
    });
  },
);

describe.skipIf(reason !== null)(`signals${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  it('SIGUSR1 does not open a debugger port', async () => {
    const running = await startIpft(ARGS);
    running.child.kill('SIGUSR1');
    const { code, stderr } = await running.end();
    expect(stderr).not.toContain('Debugger');
    expect(code).toBe(0);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends ipft while a trace is being prepared', async (signal) => {
    const [begun, script] = [`${folder}/begun-${signal}`, `${signal}.mjs`];
    const path = file(
      script,
      `import { writeFileSync } from 'node:fs'; writeFileSync('${begun}', ''); for (;;);`,
    );
    const running = new IpftProcess([...ARGS, '-e', path]);
    await until('the extension', () => existsSync(begun));
    expect(await running.end(signal)).toMatchObject({ code: null, signal });
  });
});

describe.skipIf(reason !== null)(`values of options${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  const hosts = (count: number): string =>
    Array.from({ length: count }, (_, i) => `host 10.1.${i >> 8}.${i & 255}`).join(' or ');
  const terms = (count: number, path: string): string =>
    Array.from({ length: count }, (_, i) => `${path} == ${i}`).join(' || ');
  const inodes = terms(1200, 'skb->dev->nd_net.net->ns.inum');
  const quickly = ['-b', 'tracepoint', '-r', '^tp:net_dev_queue$', '--duration', '1ms'];

  it.each([
    // libpcap's optimizer takes 12 s for 500, twice: they are compiled for packets with a MAC header and without.
    ['--filter', hosts(IS_WHOLE ? 500 : 200)],
    ['--where', terms(1200, 'skb->len')],
  ])('may have many terms: %s', async (option, value) => {
    expect(await ipftProcess([...quickly, option, value])).toMatchObject({ code: 0 });
  });

  it.each([
    [['--where', inodes], /too long: it takes \d+ instructions of BPF, of at most 32768/],
    [['--where', Array(3_000).fill('1').join('&')], /it is too long, or nested too deeply/],
    [['--where', `${'('.repeat(20_000)}1${')'.repeat(20_000)}`], /it is too long, or nested too deeply/],
    [['--where', `${'!('.repeat(600)}skb->len${')'.repeat(600)}`], /it is too long, or nested too deeply/],
    [['--where', 'skb->len == 0x10000000000000054'], /0x10000000000000054 has more than 64 bits/],
    [['--where', 'dev && skb->len'], /no constant 'dev'[^]*ipft fields dev shows what it has/],
    [['--where', 'length == 1'], /a path starts at skb->, shinfo->, task->, sk->, dev->; text/],
    [['-m', '1', '-f', 'len,tuple', '--check', 'gso'], /their data take \d+ bytes[^]*, or --check none/],
    [['--filter', ' '], /it is empty, and would match every packet/],
    [['--netns', '/etc/passwd'], /\/etc\/passwd is not a namespace/],
    [['--netns', '/etc/no-such-file'], /there is no \/etc\/no-such-file/],
    [['--container', 'no-such-container'], /there is no such container\nTry: /],
  ])('are refused if they make no sense: %#', async (args, message) => {
    const { code, stderr } = await ipftProcess([...quickly, ...args]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it('may have 64 bits, and be nested', async () => {
    const where = `${'!'.repeat(400)}(skb->len == 18446744073709551615)`;
    expect(await ipftProcess([...quickly, '--where', where])).toMatchObject({ code: 0 });
  });

  it('are refused with exit 3 for a results file that cannot be written', async () => {
    const { code, stderr } = await ipftProcess([
      ...quickly,
      '-m',
      '1',
      '-o',
      'csv',
      '--output-file',
      '/dev/full',
    ]);
    expect(stderr).toContain('--output-file: cannot write /dev/full (ENOSPC)');
    expect(code).toBe(3);
  });

  it('may be the name of a field or a set: ipft fields', async () => {
    expect((await ipftProcess(['fields', 'gso_size'])).stdout).toMatch(/^Fields:\n {2}gso_size {2}\S.*\n$/);
    expect((await ipftProcess(['fields', '@gso', '--json'])).stdout).toMatch(
      /^\{"kind":"set","id":"@gso",.*\}\n$/,
    );
  });
});
