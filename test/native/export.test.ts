// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { refusal } from '../support/addon/bpf-objects.js';
import { HOME } from '../support/home.js';
import { IPFT, ipftProcess } from '../support/ipft/process.js';

/** No other trace on this machine has this mark. */
const MARK = 0x1e000000 + (process.pid & 0x3fffff);
const reason = refusal();
const ARGS = [
  '-m',
  `${MARK}`,
  '-b',
  'tracepoint',
  '-r',
  '^tp:(net_dev_queue|netif_receive_skb|consume_skb)$',
];
const PING = `-- ping -n -q -c 3 -i 0.01 -m ${MARK} 127.0.0.1`.split(' ');

const folder = mkdtempSync('/tmp/ipft-export-');
afterAll(() => rmSync(folder, { recursive: true }));

/** `ipft export ARGS` as a process. */
function exported(...args: string[]) {
  const [program = '', ...words] = [...IPFT, 'export', ...args];
  const { status, stdout, stderr } = spawnSync(program, words, { cwd: HOME, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

describe.skipIf(reason !== null)(
  `exports of a running trace${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 60_000 },
  () => {
    it('are what ipft export makes of its capture file', async () => {
      const [file, also] = [`${folder}/trace.ipft`, `${folder}/also`];
      const args = [...ARGS, '-o', 'folded', '--also', `folded=${also}`, '-w', file, ...PING];
      const { code, stdout } = await ipftProcess(args);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^tp:net_dev_queue \d+\n/);
      expect(readFileSync(also, 'utf8')).toBe(stdout);
      expect(statSync(also).mode & 0o777).toBe(0o600);
      expect(exported('--to', 'folded', file)).toEqual({ code: 0, stdout, stderr: '' });
    });
  },
);
