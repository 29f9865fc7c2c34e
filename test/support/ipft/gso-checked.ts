// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Summary } from '../../../src/core/summary.js';
import type { Violation } from '../../../src/core/violation.js';
import { trace } from './in-process.js';
import { relativesOf, type Row, type Traced } from './relatives.js';
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

/** Of an event, by `--fields`. */
interface Fields {
  readonly gso_size: number;
  readonly gso_type: string;
}

interface Violating {
  readonly violations: readonly Violation[];
}

/** What is found at an event: `check at function: text`. */
export const foundAt = ({ function: name, violations }: Row & Violating): string[] =>
  violations.map(({ check, text }) => `${check} at ${name}: ${text}`);

/** What `-o json --check gso` has printed, with these fields. */
export const checkedEvents = <Shown>(stdout: string): Traced<Shown & Violating> => relativesOf(stdout);

function checkedIn({ stdout }: Ended): Checked {
  const { rows, summary } = checkedEvents<Fields>(stdout);
  const gsoTypes = new Set(rows.filter((row) => row.gso_size !== 0).map((row) => row.gso_type));
  return { summary, found: [...new Set(rows.flatMap(foundAt))], gsoTypes };
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
