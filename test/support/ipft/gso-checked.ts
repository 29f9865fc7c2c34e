// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Summary } from '../../../src/core/summary.js';
import type { Violation } from '../../../src/core/violation.js';
import { trace } from './in-process.js';
import type { Ended } from './running.js';

/** The functions that hand packets to devices, and some on both sides of them. */
const FUNCTIONS =
  '^(ip_output|ip6_output|__dev_queue_xmit|validate_xmit_skb|dev_hard_start_xmit|[a-z0-9]*_xmit|skb_segment|ip_rcv|ipv6_rcv|tcp_v[46]_rcv|udp_rcv|kfree_skb.*)$';

export interface Checked {
  readonly summary: Summary;
  /** each kind once, as `check at function: text` */
  readonly found: readonly string[];
  readonly gsoTypes: ReadonlySet<string>;
}

function checkedIn({ stdout }: Ended): Checked {
  const found = new Set<string>();
  const gsoTypes = new Set<string>();
  let summary: Summary | undefined;
  for (const line of stdout.split('\n').slice(0, -1)) {
    const object = JSON.parse(line) as {
      readonly function?: string;
      readonly gso_size: number;
      readonly gso_type: string;
      readonly violations: readonly Violation[];
      readonly summary?: Summary;
    };
    if (object.summary !== undefined) ({ summary } = object);
    if (object.function === undefined) continue;
    if (object.gso_size !== 0) gsoTypes.add(object.gso_type);
    for (const { check, text } of object.violations) found.add(`${check} at ${object.function}: ${text}`);
  }
  if (summary === undefined) throw new Error('no summary');
  return { summary, found: [...found], gsoTypes };
}

/** What `--check gso` finds of TCP and UDP packets while `action` runs; `more`: further options, also other functions (`-r`). */
export async function checked(
  action: () => Promise<void> | void,
  ...more: readonly string[]
): Promise<Checked & Ended> {
  const args = ['--filter', 'tcp or udp', '--follow', 'all', '--check', 'gso', '-o', 'json'];
  const functions = more.includes('-r') ? [] : ['-r', FUNCTIONS];
  const running = await trace([...args, ...functions, ...more]);
  await action();
  const ended = await running.end();
  return { ...checkedIn(ended), ...ended };
}
