// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { BudgetError } from '../core/errors.js';
import { monotonicMs } from '../core/monotonic.js';
import type { Session } from '../native/types.js';
import { native } from '../native/call.js';
import { processFile } from '../core/process-file.js';

const PERIOD_MS = 1000;
const NS_A_MS = 1e6;
/** Unit of the times in /proc/PID/stat: USER_HZ is 100 on x86_64. */
const MS_A_TICK = 10;

/** CPU time of another process in ms; 0 if it has ended. */
function processMs(pid: number | undefined): number {
  const stat = pid === undefined ? null : processFile(pid, 'stat');
  if (stat === null) return 0;
  // The name, in parentheses, may contain spaces; utime and stime are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_A_TICK;
}

/** CPU time of this process in ms. */
function ownMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** ms, since an arbitrary moment */
interface Times {
  readonly clock: number;
  readonly own: number;
  readonly programs: number;
}

/**
 * Watches the cost of a trace: the CPU time of ipft and the probe-keeper, and the time that all CPUs together
 * spend in its BPF programs (Session.runTimeNs), each second as a share of one CPU.
 */
export class Budget {
  /** Resolves when either was above the share for a second. */
  readonly exceeded: Promise<BudgetError>;
  #exceed: (error: BudgetError) => void = () => undefined;
  #before: Times;
  readonly #timer: NodeJS.Timeout;

  /** @param share of one CPU: 0.05 is 5 % */
  constructor(
    private readonly share: number,
    private readonly session: Session,
    private readonly keeperPid: number | undefined,
  ) {
    this.exceeded = new Promise((resolve) => (this.#exceed = resolve));
    this.#before = this.#read();
    this.#timer = setInterval(() => this.#check(), PERIOD_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #read(): Times {
    return {
      clock: monotonicMs(),
      own: ownMs() + processMs(this.keeperPid),
      programs: native('reading the run time', () => this.session.runTimeNs()) / NS_A_MS,
    };
  }

  #check(): void {
    const [before, after] = [this.#before, this.#read()];
    this.#before = after;
    const elapsed = after.clock - before.clock;
    const [own, programs] = [
      (after.own - before.own) / elapsed,
      (after.programs - before.programs) / elapsed,
    ];
    const used = Math.max(own, programs);
    if (used <= this.share) return;
    const who = own > programs ? 'ipft itself' : 'its BPF programs';
    this.#exceed(new BudgetError(this.#message(who, used, elapsed)));
  }

  #message(who: string, used: number, elapsed: number): string {
    const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
    const seconds = (elapsed / 1000).toFixed(1);
    return `detached, to spare this machine: ${who} took ${percent(used)} of a CPU for ${seconds} s, more than --budget ${percent(this.share)}`;
  }
}
