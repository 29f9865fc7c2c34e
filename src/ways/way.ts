// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Crossing } from '../columns/crossing.js';
import type { Kinship } from '../columns/kinship.js';
import type { RelatedDrop } from '../core/drop.js';
import type { Members } from '../core/members.js';

/** A call, or the return of one, on a packet's way. */
export interface Step {
  /** ns since the way's first row */
  readonly ns: number;
  readonly cpu: number;
  /** the current thread; 0: the CPU's idle thread */
  readonly tid: number;
  /** the function, or its address in hex if it is unknown */
  readonly function: string;
  /** `vmlinux` for the kernel itself, '' if the function is unknown */
  readonly module: string;
  /** of a return: how long the call took, ns; null: it is a call */
  readonly durationNs: number | null;
  /** into which network namespace the packet has come since its last call, and whether it has lost its mark */
  readonly crossing: Crossing;
  /** the fields, by the names that JSON has */
  readonly fields: Readonly<Members>;
}

/** A drop at the end of a way. */
export interface DropStep extends RelatedDrop {
  /** ns since the way's first row */
  readonly ns: number;
}

/** What is known of a way of which the kernel's side has kept the functions only (--summarize). */
export interface KeptWay {
  /** hash of all its functions: the same for packets that took the same way */
  readonly hash: bigint;
  /** the first ones, in order; the same list for all packets of the way. null: they are not known */
  readonly functions: readonly string[] | null;
  /** when they were called, ns since the first call; null: the functions did not come with this packet */
  readonly times: readonly number[] | null;
  /** further functions were called, which were not kept */
  readonly isCut: boolean;
  /** they came with this packet, and are others than those of the packets before with this hash */
  readonly collides: boolean;
}

/** What a packet went through: one life of an skb. */
export interface Way {
  /** the packet's number */
  readonly packet: number;
  /** CLOCK_MONOTONIC of the first row, ns */
  readonly firstNs: bigint;
  /** ns from the first row to the last */
  readonly lengthNs: number;
  /** in order of time; [] if the way is a KeptWay */
  readonly steps: readonly Step[];
  /** null: all its calls were events */
  readonly kept: KeptWay | null;
  /** at its first call it is a GSO packet */
  readonly isGso: boolean;
  /** [] if the packet is not dropped, or its data go on in a relative */
  readonly drops: readonly DropStep[];
  /** what it is to its parent; null: relatives are not followed */
  readonly kinship: Kinship | null;
  /** false: its end was not seen */
  readonly isComplete: boolean;
}

const callsOf = ({ steps }: Way): readonly Step[] => steps.filter(({ durationNs }) => durationNs === null);

/** The functions that were called, in order, as far as they are known. */
export const functionsOf = (way: Way): readonly string[] =>
  way.kept === null ? callsOf(way).map((step) => step.function) : (way.kept.functions ?? []);

/** When they were called, ns since the way's first row; null: it is not known. */
export const timesOf = (way: Way): readonly number[] | null =>
  way.kept === null ? callsOf(way).map(({ ns }) => ns) : way.kept.times;
