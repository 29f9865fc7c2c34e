// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { printable } from '../core/printable.js';

/** Characters that are not seen, or change the order in which others are: Unicode's marks, embeddings, isolates. */
const UNSEEN = /[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** Text of a trace as the page shows it: what would not be seen is escaped. */
export const visible = (text: string): string =>
  printable(text).replace(
    UNSEEN,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const UNITS = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
] as const;

/** A length of time with three digits or so: `12.3 µs`. */
export function duration(ns: number): string {
  const magnitude = Math.abs(ns);
  for (const [size, unit] of UNITS)
    if (magnitude >= size) {
      const value = ns / size;
      return `${value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)} ${unit}`;
    }
  return `${Math.round(ns)} ns`;
}

/** A time since the start to the nanosecond, in groups: `1.234 567 890 s`. */
export function moment(ns: number): string {
  const seconds = Math.floor(ns / 1e9);
  const rest = String(Math.round(ns - seconds * 1e9)).padStart(9, '0');
  return `${seconds}.${rest.slice(0, 3)} ${rest.slice(3, 6)} ${rest.slice(6)} s`;
}

/** `+12.345 µs`, to the nanosecond, in the unit of `scale`. */
export function since(ns: number, scale: number): string {
  const [size, unit] = UNITS.find(([each]) => scale >= each) ?? [1e3, 'µs'];
  return `${(ns / size).toFixed(size === 1e9 ? 9 : size === 1e6 ? 6 : 3)} ${unit}`;
}

export const count = (number: number): string => number.toLocaleString('en').replaceAll(',', '\u202f');

export const plural = (number: number, noun: string, several = `${noun}s`): string =>
  `${count(number)} ${number === 1 ? noun : several}`;

export const share = (part: number, whole: number): string => {
  const percent = whole === 0 ? 0 : (100 * part) / whole;
  return `${percent >= 99.95 || percent === 0 ? percent.toFixed(0) : percent.toFixed(percent < 0.1 ? 2 : 1)} %`;
};
