// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** At the end matched = delivered + lost + suppressed. */
export interface Counters {
  /** events of packets that match */
  readonly matched: number;
  /** passed to onBatch */
  readonly delivered: number;
  /** programs that keep ways: packets that have ended, = ways + lostWays */
  readonly ended: number;
  /** of these, those whose ways were passed to onBatch */
  readonly ways: number;
  readonly lostWays: number;
  /** calls with the ended ones */
  readonly keptCalls: number;
  /** packets, ended or not, that were too many at the same time: their ways are lost */
  readonly unkeptWays: number;
  /** packets whose ways were passed to onBatch, since the trace ended before they did */
  readonly waysInFlight: number;
  /** delivered events that came after events with a later time */
  readonly late: number;
  /** refused by the ring buffer */
  readonly lost: number;
  /** of the matched, those without their packets' bytes, for which there was no room */
  readonly bare: number;
  /** lost events on CPUs that came online after the session was created, and had no buffer yet */
  readonly unread: number;
  /** suppressed by maxRate; the returns of such calls are not counted */
  readonly suppressed: number;
  /** of the matched, those of packets that are followed because they are related to another */
  readonly followed: number;
  /** relations between packets that were found */
  readonly relations: number;
  /** of the relations, those that the ring buffer refused */
  readonly lostRelations: number;
  /** crossings into other network namespaces, and lost marks */
  readonly moves: number;
  /** of these, those that the ring buffer refused */
  readonly lostMoves: number;
  /** relatives for which the map of lives had no room */
  readonly unfollowed: number;
  /** calls for which the program did not run, since another was running on the CPU; not counted as matched, nor are the next two */
  readonly missed: number;
  /** the same for functions that are probed only for the ends of packets */
  readonly missedEnds: number;
  /** calls with an event whose return has none */
  readonly unreturned: number;
  /** calls beyond the number of open calls whose returns the kernel can track; they and their returns have no events */
  readonly noRoom: number;
  /** events of packets beyond the number that can be tracked; another packet of the same skb may seem to be the same */
  readonly untracked: number;
}
