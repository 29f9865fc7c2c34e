// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
export type View = 'overview' | 'packets' | 'compare';
export type Spacing = 'time' | 'even';

/** What parts of the page ask of it. Packets are indexes. */
export interface Actions {
  open(packet: number, step?: number): void;
  /** null: the one that is set already, if any */
  compare(one: number | null, other: number | null): void;
  search(query: string): void;
  space(spacing: Spacing): void;
}
