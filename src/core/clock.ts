// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** The ways in which --time shows the time of an event. */
export const TIME_FORMATS = ['monotonic', 'real', 'relative', 'delta'] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];

/** The clocks at one moment, ns. */
export interface ClockReading {
  /** CLOCK_MONOTONIC, the clock of events */
  readonly monotonic: bigint;
  /** CLOCK_REALTIME */
  readonly real: bigint;
  /** CLOCK_TAI; equal to `real` if nothing has told the kernel how many leap seconds there have been */
  readonly tai: bigint;
}

/** CLOCK_REALTIME minus CLOCK_MONOTONIC, ns. */
export const realOffset = ({ real, monotonic }: ClockReading): bigint => real - monotonic;

/** What a trace knows about its clocks. */
export interface TraceClock {
  /** CLOCK_REALTIME minus CLOCK_MONOTONIC in ns, when the trace was prepared */
  readonly realOffsetNs: bigint;
  /** CLOCK_MONOTONIC of the first event, ns; null before the first event */
  firstNs: bigint | null;
}

const SECOND = 1_000_000_000n;

const nineDigits = (ns: bigint): string => ns.toString().padStart(9, '0');

/** Formats ns as seconds with nine decimals; negative values are allowed. */
export function secondsText(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  return `${ns < 0n ? '-' : ''}${size / SECOND}.${nineDigits(size % SECOND)}`;
}

/** Returns a function that formats CLOCK_REALTIME in ns as ISO 8601 in UTC, with nanoseconds. */
export function isoWriter(): (ns: bigint) => string {
  let [second, prefix] = [-1n, ''];
  return (ns) => {
    const now = ns / SECOND;
    if (now !== second) {
      second = now;
      prefix = new Date(Number(now) * 1000).toISOString().slice(0, -4); // cuts off the milliseconds and `Z`
    }
    return `${prefix}${nineDigits(ns % SECOND)}Z`;
  };
}
