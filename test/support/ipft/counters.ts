// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Counters } from '../../../src/native/counters.js';

/** Ten events, and nothing is missing. */
export const NOTHING_MISSING: Counters = {
  matched: 10,
  delivered: 10,
  lost: 0,
  unread: 0,
  bare: 0,
  missed: 0,
  unreturned: 0,
  noRoom: 0,
  late: 0,
  suppressed: 0,
  followed: 0,
  relations: 0,
  lostRelations: 0,
  moves: 0,
  lostMoves: 0,
  unfollowed: 0,
  untracked: 0,
  missedEnds: 0,
  ended: 0,
  ways: 0,
  lostWays: 0,
  keptCalls: 0,
  unkeptWays: 0,
  waysInFlight: 0,
};
