// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { outputs } from '../../src/outputs/index.js';
import { refusal } from '../support/addon/bpf-objects.js';
import { HOME } from '../support/home.js';
import { IPFT, ipftProcess } from '../support/ipft/process.js';

/* ipft show writes the same bytes as the trace did with the same options. */

const MARK = 0x1d000000 + (process.pid & 0x3fffff);
const reason = refusal();
const SELECTED = '^tp:(net_dev_queue|net_dev_start_xmit|netif_receive_skb|consume_skb)$';
const TRACE = ['-m', `${MARK}`, '-b', 'tracepoint', '-r', SELECTED];
/** 100,000 bytes of marked TCP over lo. */
const SEND = `
import socket, threading
listener = socket.create_server(('127.0.0.1', 0))
def read():
  connection = listener.accept()[0]
  while connection.recv(65536): pass
reader = threading.Thread(target=read)
reader.start()
with socket.socket() as sender:
  sender.setsockopt(socket.SOL_SOCKET, 36, ${MARK})
  sender.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1000)
  sender.connect(listener.getsockname())
  sender.sendall(bytes(100000))
reader.join()`;
const PING = `-- ping -n -q -c 2 -i 0.05 -m ${MARK} 127.0.0.1`.split(' ');

const folder = mkdtempSync('/tmp/ipft-show-options-');
const FILE = `${folder}/trace.ipft`;
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(`${folder}/${name}`, text);
  return `${folder}/${name}`;
}

const SCRIPT = file(
  'first.mjs',
  `let number = 0;
  export default { name: 'first', fields: 'len', where: 'skb->len > 50',
    format: (field, value) => field === 'len' ? value + ' bytes' : undefined,
    onEvent: (event) => event.function === 'tp:consume_skb' ? false : { half: event.len / 2, number: ++number },
    onPacket: (events) => 'seen ' + events.length + ' of ' + events[0].packet };`,
);
const TYPED = file(
  'second.ts',
  `export default { name: 'second', onPacket: (events: any[]) => ({ sum: events.length as number }) };`,
);
const C = file(
  'twice.c',
  `#include "ipft_extension.h"
  struct event { __u32 twice; } __ipft_event_struct;
  struct sk_buff { unsigned int len; };
  __hidden int module(void *ctx, struct sk_buff *skb, __u8 data[64]) {
    ((struct event *)data)->twice = 2 * BPF_CORE_READ(skb, len);
    return 0;
  }`,
);
const LUA = file(
  'decodes.lua',
  `api_version = 1
  function decode(data) return { thrice = string.unpack('=I4', data) / 2 * 3 } end`,
);

const OPTIONS: readonly (readonly string[])[] = [
  [],
  ['-f', 'len,mark'],
  ['--time', 'relative'],
  ['--time', 'real'],
  ['-e', SCRIPT],
  ['-e', TYPED, '-e', SCRIPT, '-f', 'mark'],
  ['-e', C],
  ['-e', C, '-e', LUA],
  ['--check', 'gso'],
];
const OUTPUTS = [...outputs.keys()];
const [FIRST = '', ...FURTHER] = OUTPUTS;
/** What the other outputs are written to while the trace runs. */
const besides = (output: string): string => `${folder}/live.${output}`;

function show(...args: string[]) {
  const [program = '', ...words] = [...IPFT, 'show', FILE, ...args];
  const { status, stdout, stderr } = spawnSync(program, words, { cwd: HOME, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

const written = (bytes: string): string[] => bytes.split('\n');

describe.skipIf(reason !== null)(
  `the bytes of a trace and of its file${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 60_000 },
  () => {
    it.each(OPTIONS.map((options) => [options] as const))(
      'are the same in each output: %j',
      async (options) => {
        const also = FURTHER.flatMap((output) => ['--also', `${output}=${besides(output)}`]);
        const traffic = options.includes('--check') ? ['--', 'python3', '-c', SEND] : PING;
        const live = await ipftProcess([...TRACE, '-o', FIRST, ...also, ...options, '-w', FILE, ...traffic]);
        expect(live.code).toBe(0);
        for (const output of OUTPUTS) {
          const { code, stdout } = show('-o', output, ...options);
          const before = output === FIRST ? live.stdout : readFileSync(besides(output), 'utf8');
          expect(code).toBe(0);
          expect(written(stdout)).toEqual(written(before));
          expect(stdout.length).toBeGreaterThan(100);
        }
      },
    );

    it('--check says what it has checked, as the trace does', async () => {
      const options = ['--check', 'gso', '--fail-on-check'];
      const live = await ipftProcess([...TRACE, ...options, '-w', FILE, '--', 'python3', '-c', SEND]);
      const { code, stderr } = show(...options);
      const [said = ''] = /\d+ violations in [1-9]\d* events of GSO packets/.exec(live.stderr) ?? [];
      expect(said).not.toBe('');
      expect(stderr).toContain(said);
      expect(code).toBe(live.code);
    });

    it('an extension sees what was recorded without it', async () => {
      await ipftProcess(['record', ...TRACE, '-w', FILE, ...PING]);
      const { code, stdout } = show('-o', 'json', '-e', SCRIPT);
      expect(code).toBe(0);
      interface Seen {
        readonly half?: number;
        readonly number?: number;
        readonly len: number;
      }
      // The summary counts what was recorded, not what the extension leaves of it.
      const all = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Seen);
      const events = all.filter(({ half }) => half !== undefined);
      expect(events.map(({ half, number }) => [half, number])).toEqual(
        events.map(({ len }, index) => [len / 2, index + 1]),
      );
      expect(events.length).toBe(6);
      expect(stdout.match(/seen 3 of/g)).toHaveLength(2);
      expect(stdout).not.toContain('tp:consume_skb');
    });

    it.each([
      [['-e', C], `does not have the data of ${C}: it was not recorded with it\nTry: ipft record -e ${C}`],
      [['-e', LUA, '-e', C], `does not have the data of ${LUA}: `],
      [['--check', 'gso'], '--check gso: '],
      [['--fail-on-check', '--check', 'gso'], 'Try: ipft record --check gso'],
    ])('%j: the file does not have it', async (options, message) => {
      await ipftProcess(['record', ...TRACE, '-w', FILE, ...PING]);
      const { code, stdout, stderr } = show(...options);
      expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
      expect(stderr).toContain(message);
    });

    it('an extension that fails ends it with exit code 6, after what it has seen', async () => {
      await ipftProcess(['record', ...TRACE, '-w', FILE, ...PING]);
      const fails = file(
        'fails.mjs',
        `let left = 3; export default { name: 'fails', onEvent() { if (left-- === 0) throw new Error('enough'); } };`,
      );
      const { code, stdout, stderr } = show('-o', 'stream', '-e', fails);
      expect(code).toBe(6);
      expect(stdout.trimEnd().split('\n')).toHaveLength(3);
      expect(stderr).toMatch(/extension fails: .*enough/);
    });
  },
);
