// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { PlacedColumn } from './columns.js';

/** A field of events; `values`: the texts that its column of numbers stands for. */
export interface ReportField {
  readonly name: string;
  readonly values: readonly string[];
}

/** Where a packet is: a device in a network namespace. */
export interface ReportLane {
  /** name or inode of the namespace; null: unknown */
  readonly namespace: string | null;
  /** null: no device, or it was not recorded */
  readonly device: string | null;
}

/** A way that packets took. */
export interface ReportClass {
  /** of all packets, not only of those in the report */
  readonly packets: number;
  /** what these packets are: `segment, GSO` */
  readonly role: string;
  readonly functions: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
  /** how it differs from the most frequent one of its role and ends, in words; '' if there is nothing to say */
  readonly difference: string;
  /** number of a packet of it */
  readonly example: number;
  /** number of a packet of the most frequent one of its role; 0: it is that one */
  readonly usual: number;
}

/** Counts of equal steps: of time, or of the logarithm of a latency. */
export interface ReportHistogram {
  /** ns at which the first bin begins */
  readonly from: number;
  /** of time: ns of a bin; of latency: bins of each power of two */
  readonly step: number;
  readonly counts: readonly number[];
}

/** What the page says of the whole trace, whatever of it is in the report. */
export interface ReportOverview {
  readonly packets: number;
  readonly events: number;
  readonly droppedPackets: number;
  /** ns from the first event to the last */
  readonly lengthNs: number;
  /** packets by the time of their first event, and those of them that are dropped */
  readonly time: ReportHistogram;
  readonly timeDropped: readonly number[];
  /** packets whose end was seen, by how long they lived */
  readonly latency: ReportHistogram;
  readonly p50Ns: number;
  readonly p90Ns: number;
  readonly p99Ns: number;
  readonly longestNs: number;
  readonly classes: readonly ReportClass[];
  /** packets that took none of these ways */
  readonly otherPackets: number;
  readonly reasons: readonly (readonly [string, number])[];
  /** drops for other reasons */
  readonly otherDrops: number;
}

/** What a report has besides columns of numbers. */
export interface ReportHead {
  readonly version: 1;
  /** the version of ipft that wrote it */
  readonly ipft: string;
  /** null: unknown */
  readonly host: string | null;
  readonly kernel: string;
  readonly command: string | null;
  /** CLOCK_MONOTONIC of the trace's first event, ns */
  readonly firstNs: string;
  /** CLOCK_REALTIME minus CLOCK_MONOTONIC, ns */
  readonly realOffsetNs: string;
  readonly follows: boolean;
  /** events have durations (tracer function_graph) */
  readonly returns: boolean;
  readonly hasDevices: boolean;
  readonly hasDrops: boolean;
  readonly overview: ReportOverview;
  /** what is missing from the trace, or from the report, in words */
  readonly notes: readonly string[];
  readonly functions: readonly string[];
  /** of each function; '' for the kernel itself */
  readonly modules: readonly string[];
  readonly fields: readonly ReportField[];
  readonly lanes: readonly ReportLane[];
  readonly relations: readonly string[];
  /** places and reasons of drops */
  readonly places: readonly string[];
  readonly reasons: readonly string[];
  readonly columns: readonly PlacedColumn[];
}

/** Columns of packets, in the order of their first events. */
export const OF_PACKETS = [
  'packet', // number
  'first', // ns since the trace's first event
  'length', // ns
  'steps', // number of its events
  'packetFlags',
  'parent', // number; 0: none is known
  'relation', // index of relations
  'part',
  'ofParts',
  'family',
  'class', // index of overview.classes, from 1; 0: none of them
] as const;

/** Columns of events, packet by packet. */
export const OF_EVENTS = [
  'function',
  'gap', // ns since the packet's event before
  'cpu',
  'thread',
  'lane',
  'eventFlags',
  'depth', // of calls, with returns
  'duration', // ns, from 1; 0: unknown
] as const;

/** Columns of drops, by packet. */
export const OF_DROPS = [
  'dropPacket', // index of the packet
  'dropAt', // ns since the packet's first event
  'dropPlace',
  'dropReason',
] as const;

/** Columns of relations that packets come into later than at their first event, by time. */
export const OF_RELATIONS = [
  'linkAt', // ns since the trace's first event
  'linkPacket', // number
  'linkParent', // number
  'linkRelation',
  'linkBytes',
] as const;

/** The column of the field with this index: indexes of its values. */
export const fieldColumn = (index: number): string => `field${index}`;

export const PACKET_FLAG = { isIncomplete: 1, isDropped: 2, hasUnknownParent: 4, isGso: 8 } as const;
export const EVENT_FLAG = { isGso: 1, markLost: 2, entersNamespace: 4, isReturn: 8 } as const;

export type ColumnName =
  | (typeof OF_PACKETS)[number]
  | (typeof OF_EVENTS)[number]
  | (typeof OF_DROPS)[number]
  | (typeof OF_RELATIONS)[number];
