// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** How --time shows when an event was. */
export const TIME_FORMATS = ['monotonic', 'real', 'relative', 'delta'] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];

/** What a trace knows of its clocks. */
export interface TraceClock {
  /** ns that CLOCK_REALTIME was ahead of CLOCK_MONOTONIC when the trace was prepared */
  readonly realOffsetNs: bigint;
  /** CLOCK_MONOTONIC of the first event, ns; null: there was none yet */
  firstNs: bigint | null;
}

const SECOND = 1_000_000_000n;

const nineDigits = (ns: bigint): string => ns.toString().padStart(9, '0');

/** Seconds with nine decimals, negative ones too. */
export function secondsText(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  return `${ns < 0n ? '-' : ''}${size / SECOND}.${nineDigits(size % SECOND)}`;
}

/** Makes ISO 8601 with nanoseconds, in UTC, of CLOCK_REALTIME in ns. */
export function isoWriter(): (ns: bigint) => string {
  let [second, prefix] = [-1n, ''];
  return (ns) => {
    const now = ns / SECOND;
    if (now !== second) {
      second = now;
      prefix = new Date(Number(now) * 1000).toISOString().slice(0, -4); // without milliseconds
    }
    return `${prefix}${nineDigits(ns % SECOND)}Z`;
  };
}
