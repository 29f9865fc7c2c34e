// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { WAYS } from '../core/abi.js';
import { LARGEST_PAGE_COUNT } from '../core/ring-buffer.js';
import type { TraceOptions } from '../core/options.js';
import type { Accounts, Summary } from '../core/summary.js';
import type { Counters } from '../native/counters.js';
import type { Session } from '../native/types.js';
import type { Consumer, Loss } from '../core/consumer.js';

/** Formats a share as `12.3 %`, never rounding to 0 or 100 % what is not exactly that. */
export function percent(part: number, whole: number): string {
  const value = (part / whole) * 100;
  if (part > 0 && value < 0.05) return 'less than 0.1 %';
  if (part < whole && value > 99.95) return 'more than 99.9 %';
  return `${value.toFixed(1)} %`;
}

const LARGEST_STEP = 16;

/** Suggests a larger ring buffer: a power of two, by a step that depends on how much was lost. */
function largerPageCount(lost: number, matched: number, pageCount: number): number {
  const step = Math.min(LARGEST_STEP, 2 ** Math.ceil(Math.log2(matched / (matched - lost))));
  return Math.min(pageCount * step, LARGEST_PAGE_COUNT);
}

const missing = (lost: number, matched: number, why: string): string =>
  `${percent(lost, matched)} of the trace is missing: ${lost} of ${matched} events were lost, since ${why}`;

const lostInBuffer = (lost: number, matched: number, pageCount: number): Loss => ({
  text: missing(lost, matched, 'the ring buffer was full'),
  remedy:
    pageCount < LARGEST_PAGE_COUNT
      ? `--perf-page-count ${largerPageCount(lost, matched, pageCount)}, or fewer events: --regex, --sample`
      : 'fewer events: --regex, --sample',
});

const lostWithoutBuffer = (lost: number, matched: number): Loss => ({
  text: missing(lost, matched, 'their CPU had just come online, and had no ring buffer yet'),
});

const cutShort = (cut: number): Loss => ({
  text: `${cut} packets were shown before their end, as there were too many events to hold: later events of each are shown apart from these`,
  remedy: 'fewer events of packets in flight: --regex, --sample',
});

const withoutWay = (count: number): Loss => ({
  text: `${count} packets have no way in the report: more than ${WAYS} packets were in flight`,
  remedy: 'fewer packets: a narrower filter, --sample',
});

/** Why the kernel skips a program. */
const BUSY = 'since another BPF program was running on their CPU';

/**
 * Backends whose programs may be preempted, during which the kernel skips them for other tasks on that CPU.
 */
const PREEMPTED = ['fentry-multi', 'fentry'];

/** The remedy where the kernel skips programs. */
const unskipped = (backend: string): string =>
  PREEMPTED.includes(backend)
    ? 'a --backend whose programs are not preempted, kprobe-multi or kprobe'
    : 'fewer functions, with --regex';

const missedCalls = (missed: number, backend: string): Loss => ({
  text: `${missed} calls were missed, ${BUSY}`,
  remedy: unskipped(backend),
});

/** What is missing of families. */
const lostFamily = ({ lostRelations, relations, lostMoves, moves, unfollowed }: Counters): Loss[] => [
  ...(lostRelations === 0
    ? []
    : [
        {
          text: `${lostRelations} of ${relations} relations between packets were lost, since the ring buffer was full: the parents of these packets are unknown`,
          remedy: 'a larger --perf-page-count, or fewer events: --regex, --sample',
        },
      ]),
  ...(lostMoves === 0
    ? []
    : [
        {
          text: `${lostMoves} of ${moves} changes of network namespace or mark were lost, since the ring buffer was full: the events do not tell of these`,
          remedy: 'a larger --perf-page-count, or fewer events: --regex, --sample',
        },
      ]),
  ...(unfollowed === 0
    ? []
    : [
        {
          text: `${unfollowed} relatives of packets were not followed, since too many packets were followed at the same time`,
          remedy: 'fewer packets: a narrower filter, --sample, --follow',
        },
      ]),
];

/**
 * What is missing from the results, by cause; empty if they are complete. `pageCount`: of the ring buffers;
 * `cut`: Consumer.cut; `backend`: its id.
 */
export function losses(counters: Counters, pageCount: number, cut: number, backend: string): Loss[] {
  const { matched, delivered, lost, suppressed, missed, unreturned, noRoom, untracked, unread, bare } =
    counters;
  const { unkeptWays } = counters;
  const kin = counters.relations === 0 ? '' : ', and its relatives are not shown';
  const full = lost - unread;
  const unaccounted = matched - delivered - lost - suppressed;
  const calls = (count: number, why: string): Loss[] =>
    count > 0 ? [{ text: `${count} calls ${why}` }] : [];
  return [
    ...(full > 0 ? [lostInBuffer(full, matched, pageCount)] : []),
    ...(unread > 0 ? [lostWithoutBuffer(unread, matched)] : []),
    ...calls(noRoom, 'were missed, since the kernel had no room to wait for their return'),
    ...(missed > 0 ? [missedCalls(missed, backend)] : []),
    ...lostFamily(counters),
    ...(bare > 0
      ? [{ text: `${bare} events have no bytes of their packets: there was no room to copy them` }]
      : []),
    ...calls(unreturned, 'have no return: they still run, or the kernel missed it'),
    ...(untracked === 0
      ? []
      : [
          {
            text: `${untracked} events are of packets beyond the number that can be tracked at a time: each may be shown as one packet with another of the same skb${kin}`,
          },
        ]),
    ...(unkeptWays === 0 ? [] : [withoutWay(unkeptWays)]),
    ...(cut === 0 ? [] : [cutShort(cut)]),
    ...(unaccounted === 0
      ? []
      : [{ text: `${unaccounted} events are neither among the samples nor the lost ones` }]),
  ];
}

/** With --snaplen: of what packets' bytes are missing. */
export const bytesAccount = (
  { snaplen }: Pick<TraceOptions, 'snaplen'>,
  { bare }: Counters,
  { readsFragments }: Pick<Session, 'readsFragments'>,
): Summary['packet_bytes'] => (snaplen === undefined ? null : { without: bare, fragments: readsFragments });

/** With --summarize: what has become of packets' ways. */
export const waysAccount = (
  { summarize }: Pick<TraceOptions, 'summarize'>,
  { ended, ways, lostWays, unkeptWays, waysInFlight }: Counters,
): Summary['ways'] =>
  summarize === undefined
    ? null
    : { ended, summarized: ways, lost: lostWays, no_room: unkeptWays, in_flight: waysInFlight };

/** Cases in which events may be attributed to the wrong packet. */
export function doubts({ missedEnds, relations }: Counters, backend: string): Loss[] {
  if (missedEnds === 0) return [];
  const [what, effect] = relations === 0 ? ['', ''] : [' or relations', ', or one without its parent'];
  return [
    {
      text: `${missedEnds} ends${what} of packets were missed, ${BUSY}: two packets of the same skb may be shown as one${effect}`,
      remedy: unskipped(backend),
    },
  ];
}

/** Remarks on events that are shown late or were left out on request. */
export function remarks({ matched, suppressed, late }: Counters): string[] {
  return [
    ...(suppressed > 0
      ? [`${percent(suppressed, matched)} of ${matched} events were left out by --max-rate: ${suppressed}`]
      : []),
    ...(late > 0 ? [`${late} events came too late to be printed in order of time`] : []),
  ];
}

const causesOf = (
  { lost, unread, missed, noRoom, unreturned }: Counters,
  dropped: number,
): Accounts['causes'] => ({
  perf_buffer_full: lost - unread,
  no_buffer: unread,
  backlog: dropped,
  recursion: missed,
  no_room: noRoom,
  missed_returns: unreturned,
});

/**
 * The counts of the summary. `taken`: events that the consumer took; `dropped`, `cut` and `drops`: see
 * Consumer.
 */
export function accounts(
  counters: Counters,
  taken: number,
  { dropped, cut, drops }: Pick<Consumer, 'dropped' | 'cut' | 'drops'>,
): Accounts {
  const { matched, delivered, lost, late, untracked, missedEnds, suppressed } = counters;
  const { followed, relations, lostRelations, moves, lostMoves, unfollowed } = counters;
  const omitted = drops?.omitted ?? 0;
  return {
    matched,
    delivered: taken - dropped - omitted,
    lost: lost + dropped,
    causes: causesOf(counters, dropped),
    followed,
    relations,
    lost_relations: lostRelations,
    moves,
    lost_moves: lostMoves,
    unfollowed,
    suppressed,
    omitted,
    beyond_count: delivered - taken,
    late,
    untracked,
    cut_packets: cut,
    missed_ends: missedEnds,
  };
}
