// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { whyText } from '../core/drop.js';
import type { DropEnd, Role } from './classes.js';
import type { Difference } from './align.js';

/** `850 ns`, `21.3 us`, `4.05 ms`, `1.20 s` */
export function timeText(ns: number): string {
  const [size, sign] = [Math.abs(ns), ns < 0 ? '-' : ''];
  if (size < 1e3) return `${sign}${Math.round(size)} ns`;
  if (size < 1e6) return `${sign}${(size / 1e3).toFixed(1)} us`;
  if (size < 1e9) return `${sign}${(size / 1e6).toFixed(2)} ms`;
  return `${sign}${(size / 1e9).toFixed(2)} s`;
}

/** `98.7 %` */
export const shareText = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** `1 packet`, `2 packets`; `plural`: of a noun that takes no s. */
export const several = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`;

const RELATIONS: Readonly<Record<string, string>> = { none: 'without parent', unknown: 'parent unknown' };

/** `segment, GSO` */
export const roleText = ({ relation, gso }: Role): string =>
  `${RELATIONS[relation] ?? relation}${gso ? ', GSO' : ''}`;

/** `tcp_v4_rcv: NO_SOCKET` */
export const dropText = (drop: DropEnd): string => `${drop.function}: ${whyText(drop, 'no reason')}`;

/** Names, of which those in the middle are left out if there are more than `most`. */
export function namesText(names: readonly string[], most = 8): string {
  if (names.length <= most) return names.join(', ');
  const half = Math.floor(most / 2);
  const left = names.length - 2 * half;
  return [...names.slice(0, half), `... (${left} more)`, ...names.slice(-half)].join(', ');
}

/** `skb_linearize, pskb_expand_head after validate_xmit_skb`: what the second sequence has otherwise. */
export function differenceText({ after, left, right }: Difference, most?: number): string {
  const place = after === null ? 'at the start' : `after ${after}`;
  if (left.length === 0) return `${namesText(right, most)} ${place}`;
  if (right.length === 0) return `without ${namesText(left, most)} ${place}`;
  return `${namesText(right, most)} instead of ${namesText(left, most)} ${place}`;
}
