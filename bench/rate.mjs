// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// How fast packets go over the loopback while something traces them.
import { isIcount } from './cost.mjs';
import { udp } from './ipft.mjs';
import { median } from './table.mjs';

/** A clock that counts instructions shows the same in each. */
const RUNS = isIcount ? 1 : 3;
const PACKETS = 10_000;
/** Before the sender: on one CPU its receiver would preempt it for some packets and not for others, by chance. */
const NO_PREEMPTION = isIcount ? ['chrt', '--batch', '0'] : [];

/** Packets a second, the middle of some runs. */
export async function rate(mark) {
  const rates = [];
  for (let i = 0; i < RUNS; i++) {
    const { sent, seconds } = await udp(mark, PACKETS, NO_PREEMPTION);
    rates.push(sent / seconds);
  }
  return median(rates);
}
