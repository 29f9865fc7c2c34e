// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { parseJson } from '../support/ipft/results.js';
import { ipftProcess } from '../support/ipft/process.js';
import { refusal } from '../support/addon/bpf-objects.js';

/* Tracepoints where packets are freed, and the one behind that: tp:net_dev_xmit. */

const MARK = 0x2f3a51;
const PING = ['ping', '-n', '-q', '-c', '2', '-m', `${MARK}`, '127.0.0.1'];
const cannotTrace = refusal() !== null;

async function shown(tracepoints: string, args: readonly string[]): Promise<Record<string, unknown>[]> {
  const trace = ['-b', 'tracepoint', '-r', `^tp:(${tracepoints})$`, '-o', 'json', '-f', 'tuple'];
  const { code, stdout } = await ipftProcess([...args, ...trace, '--', ...PING]);
  expect(code).toBe(0);
  return parseJson(stdout) as unknown as Record<string, unknown>[];
}

it.skipIf(cannotTrace)(
  'a filter matches packets that are about to be freed, whose bytes still exist',
  async () => {
    const events = await shown('kfree_skb|consume_skb', ['--filter', 'icmp']);
    expect(events.length).toBeGreaterThanOrEqual(2);
    for (const { tuple } of events) expect(tuple).toMatchObject({ protocol: 'icmp' });
  },
);

it.skipIf(cannotTrace)(
  'a filter does not match packets whose bytes may be freed, and their headers are not shown',
  async () => {
    expect(await shown('net_dev_xmit', ['--filter', 'icmp'])).toEqual([]);
    const events = await shown('net_dev_queue|net_dev_xmit', ['-m', `${MARK}`]);
    const at = (name: string): unknown[] =>
      events.filter((event) => event['function'] === name).map(({ tuple }) => tuple);
    expect(at('tp:net_dev_xmit')).toEqual([null, null]);
    expect(at('tp:net_dev_queue')).toEqual(
      [0, 0].map(() => expect.objectContaining({ protocol: 'icmp' }) as unknown),
    );
  },
);
