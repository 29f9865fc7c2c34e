// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { monotonicMs } from '../core/monotonic.js';
import type { OwnPackets, Runs, Session } from '../native/types.js';

/** Packets that are sent, and times that the pipe is written, in a round. */
export const PACKETS = 32;
/** Other tasks disturb some of the rounds, so the middle of many counts. */
const LEAST_ROUNDS = 11;
const MOST_ROUNDS = 101;
/** After so many ms there are no more rounds than the least. */
const PATIENCE_MS = 20;

/** ns of a round. */
export interface Round {
  readonly packets: number;
  readonly pipe: number;
}

/** A round with probes on the packets' way. */
export interface ProbedRound extends Round {
  /** what the programs ran during the packets, of all packets on the machine */
  readonly runs: Runs;
  /** `gapNs` without packets of ipft's own: what the programs ran for others */
  readonly others: Runs;
  readonly gapNs: number;
}

/** ns of a call of a BPF program. */
export interface Dispatch {
  /** what the kernel does to call the program and to come back from it */
  readonly ns: number;
  /** all that a call takes that does not match */
  readonly missNs: number;
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;

function measured<T>(round: () => T): T[] {
  round(); // what comes first is slower: nothing is in a cache
  const [rounds, began]: [T[], number] = [[], monotonicMs()];
  while (rounds.length < MOST_ROUNDS) {
    if (rounds.length >= LEAST_ROUNDS && monotonicMs() - began > PATIENCE_MS) break;
    rounds.push(round());
  }
  return rounds;
}

/** Calls of programs that one packet makes: without those for others' packets at the same time. */
function callsOfPacket(rounds: readonly ProbedRound[]): number {
  const own = ({ packets, runs, others, gapNs }: ProbedRound): number =>
    runs.count - (others.count / gapNs) * packets;
  return median(rounds.map(own)) / PACKETS;
}

/**
 * What a call costs, by the packets' times without and with probes. The pipe tells how fast the machine was
 * then: a busy neighbour on the same core makes both slower. Null: the packets do not come through the probes.
 */
export function dispatchOf(before: readonly Round[], after: readonly ProbedRound[]): Dispatch | null {
  const calls = callsOfPacket(after);
  if (!(calls >= 0.5)) return null;
  const pipe = median(before.map((round) => round.pipe));
  const without = median(before.map(({ packets }) => packets));
  const probed = median(after.map((round) => (round.packets * pipe) / round.pipe));
  const inProgram = median(after.map(({ runs, pipe: own }) => ((runs.ns / runs.count) * pipe) / own));
  const call = (probed - without) / PACKETS / calls;
  const ns = Math.max(0, call - inProgram);
  return { ns, missNs: ns + inProgram };
}

/** Finds out what the kernel takes to call a BPF program, before any event: packets of ipft's own are timed without and with probes. */
export class Calibration {
  readonly #before: readonly Round[];

  /** To be called before the probes are attached. */
  constructor(
    private readonly packets: OwnPackets,
    private readonly session: Session,
  ) {
    this.#before = measured(() => this.#round());
  }

  /** To be called when the probes are attached, and before the trace is activated. */
  finish(): Dispatch | null {
    return dispatchOf(
      this.#before,
      measured(() => this.#probedRound()),
    );
  }

  #round(): Round {
    return { packets: this.packets.send(PACKETS), pipe: this.packets.writePipe(PACKETS) };
  }

  #probedRound(): ProbedRound {
    const [first, began] = [this.session.runs(), monotonicMs()];
    const pipe = this.packets.writePipe(PACKETS);
    const [second, gapNs] = [this.session.runs(), (monotonicMs() - began) * 1e6];
    const packets = this.packets.send(PACKETS);
    const third = this.session.runs();
    return { packets, pipe, runs: difference(third, second), others: difference(second, first), gapNs };
  }
}

/** What was run between two readings. */
export function difference(after: Runs, before: Runs): Runs {
  return { count: after.count - before.count, ns: after.ns - before.ns };
}
