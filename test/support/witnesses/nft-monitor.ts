// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn } from 'node:child_process';
import { pause, readText, until } from '../kernel/system.js';

/** A rule that a packet met, as nft's own trace tells it. */
export interface MetRule {
  /** `inet t/in` */
  readonly place: string;
  /** '': unknown */
  readonly rule: string;
  /** `drop`, `jump u1`, `continue` ... */
  readonly verdict: string;
}

const SETTLING_MS = 500;
const WITNESS_S = 30;

/** `trace id 6a7d8f inet t in rule tcp dport 22 drop (verdict drop)` */
const RULE = /^trace id (\w+) (\S+) (\S+) (\S+) rule (.*) \(verdict (.*)\)$/;

/** What counters had counted is no part of a rule. */
const withoutCounts = (text: string): string => text.replace(/ packets \d+ bytes \d+/g, '');

/** Linux 6.1 does not say which rule returned: `trace id 6a7d8f inet t in verdict return` */
const RETURNED = /^trace id (\w+) (\S+) (\S+) (\S+) verdict (return)\b/;

const NETLINK_NETFILTER = '12';

/** Whether a netlink socket of this process has joined a group. */
const isListening = (pid: number): boolean =>
  readText('/proc/net/netlink')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .some(
      ([, family, port, groups]) =>
        family === NETLINK_NETFILTER && port === `${pid}` && Number(`0x${groups}`) !== 0,
    );

/** The rules that each packet with `meta nftrace` met while `action` sent `packets` such ones, in their order. */
export async function monitored(packets: number, action: () => unknown): Promise<MetRule[][]> {
  const monitor = spawn('nft', ['monitor', 'trace'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  monitor.stdout.on('data', (data: Buffer) => (output += data.toString()));
  try {
    await until('nft monitor to listen', () => isListening(monitor.pid ?? 0), WITNESS_S);
    await action();
    const seen = (): number => new Set(output.match(/^trace id \w+/gm)).size;
    await until(`nft monitor to tell of ${packets} packets`, () => seen() >= packets, WITNESS_S);
    await pause(SETTLING_MS); // the last packet's last line
  } finally {
    monitor.kill();
  }
  const met = new Map<string, MetRule[]>();
  for (const line of output.split('\n')) {
    const [, id = '', family, table, chain, ...rest] = RULE.exec(line) ?? RETURNED.exec(line) ?? [];
    const [verdict = '', rule = ''] = rest.toReversed();
    if (id === '') continue;
    const rules = met.get(id) ?? [];
    rules.push({ place: `${family} ${table}/${chain}`, rule: withoutCounts(rule), verdict });
    met.set(id, rules);
  }
  return [...met.values()];
}
