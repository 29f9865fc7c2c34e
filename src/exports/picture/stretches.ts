// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Value } from '../../core/column.js';
import { droppedBy } from '../../core/drop.js';
import { printable, printableJson } from '../../core/printable.js';
import { frameName } from '../frame-name.js';
import { packetTitle } from '../packet-title.js';
import type { Step, Way } from '../../ways/way.js';

/** Most functions that a stretch names: the first ones, and the last ones. */
const MOST_NAMED = 16;

/** Most stretches of a packet, and characters of a line: a picture with more is none. */
const MOST_STRETCHES = 60;
const MOST_CHARACTERS = 100;

/** Functions one after the other between which nothing changes. */
export interface Stretch {
  /** CLOCK_MONOTONIC of the first one */
  readonly startNs: bigint;
  readonly lines: readonly string[];
  readonly isDrop: boolean;
}

/** A packet in a picture. */
export interface PacketPicture {
  readonly packet: number;
  readonly title: string;
  readonly stretches: readonly Stretch[];
}

const textOf = (value: NonNullable<Value>): string =>
  typeof value === 'object' ? printableJson(value) : printable(String(value));

/** What a step has of fields that are there, and where the packet has come since the last one. */
function changing({ fields, crossing }: Step): { readonly shown: string; readonly moves: string[] } {
  const isMove = (key: string): boolean => key in crossing;
  const shown = Object.entries(fields).flatMap(([key, value]) =>
    value === null || value === '' || isMove(key) ? [] : [`${printable(key)}: ${textOf(value)}`],
  );
  const { entered_netns: inode, entered_netns_name: name, mark_lost: isLost } = crossing;
  const moves = [
    ...(inode === undefined
      ? []
      : [`network namespace ${name === null || name === undefined ? inode : printable(name)}`]),
    ...(isLost === true ? ['mark lost'] : []),
  ];
  return { shown: shown.join(' '), moves };
}

const more = (count: number): string => `... ${count} more`;

/** `a`, `b`, `... 20 more`, `y`, `z`; `rest`: makes what stands for those in the middle. */
function abridged<Item>(all: readonly Item[], most: number, rest: (left: readonly Item[]) => Item): Item[] {
  if (all.length <= most) return [...all];
  const half = most / 2;
  return [...all.slice(0, half), rest(all.slice(half, -half)), ...all.slice(-half)];
}

const short = (line: string): string =>
  line.length <= MOST_CHARACTERS ? line : `${line.slice(0, MOST_CHARACTERS)}...`;

/** `+12.345 us`, since the packet's first event */
const since = (ns: number): string => `+${(ns / 1000).toFixed(3)} us`;

/** The way of a packet; it may have returns, which are left out. */
export function pictureOf(way: Way): PacketPicture {
  const stretches: Stretch[] = [];
  let names: string[] = [];
  let head: string[] = [];
  let [before, startNs] = [null as string | null, 0];
  const end = (): void => {
    if (names.length === 0) return;
    const lines = [...head, ...abridged(names, MOST_NAMED, ({ length }) => more(length))].map(short);
    stretches.push({ startNs: way.firstNs + BigInt(startNs), lines, isDrop: false });
  };
  for (const step of way.steps) {
    if (step.durationNs !== null) continue;
    const { shown, moves } = changing(step);
    if (shown !== before || moves.length > 0) {
      end();
      names = [];
      startNs = step.ns;
      head = [since(step.ns), ...moves, ...(shown === '' ? [] : [shown])];
      before = shown;
    }
    names.push(frameName(step));
  }
  end();
  const drops = way.drops.map((drop): Stretch => {
    const lines = [since(drop.ns), short(printable(droppedBy(drop)))];
    return { startNs: way.firstNs + BigInt(drop.ns), lines, isDrop: true };
  });
  const shown = abridged(stretches, MOST_STRETCHES, (left) => {
    return { startNs: left[0]?.startNs ?? 0n, lines: [more(left.length)], isDrop: false };
  });
  return { packet: way.packet, title: short(packetTitle(way)), stretches: [...shown, ...drops] };
}
