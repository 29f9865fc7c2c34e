// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { cpus } from 'node:os';
import { isNativeFailure } from '../core/errors.js';
import { monotonicMs } from '../core/monotonic.js';
import { processFile } from '../core/process-file.js';
import type { Cost } from '../core/summary.js';
import { native } from '../native/call.js';
import type { OwnPackets, Runs, Session } from '../native/types.js';
import type { Messages } from '../terminal/messages.js';
import { Calibration, difference, type Dispatch } from './calibration.js';

const NS_A_MS = 1e6;
/** Unit of the times in /proc/PID/stat: USER_HZ is 100 on x86-64 and arm64. */
const MS_A_TICK = 10;
/** Share of the calls that must match for telling what one of those takes: it is the rest beside the misses. */
const LEAST_HITS = 0.05;

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

/** ms since an arbitrary moment, and what has been run since another. */
export interface Reading {
  readonly clock: number;
  /** CPU time of ipft and the probe-keeper */
  readonly own: number;
  /** CPU time of tracing on all CPUs: in the BPF programs and, if it is known, in the kernel's calls of them */
  readonly tracing: number;
  readonly runs: Runs;
}

/** A mark that a trace does not match, if it asks for one: 0 where that will do. */
export function otherMark(mark: number | undefined, mask: number): number {
  return mark !== undefined && (mark & mask) === 0 ? (mask & -mask) >>> 0 : 0;
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** ns of a call that matches: what is left beside the others. Null: too few for that. */
function hitNs(tracingNs: number, misses: number, hits: number, missNs: number): number | null {
  if (hits === 0 || hits < LEAST_HITS * (hits + misses)) return null;
  return Math.max(0, (tracingNs - misses * missNs) / hits);
}

/** What a trace with --budget costs: prepare -> the probes are attached -> calibrate -> start -> read. */
export class TracingCost {
  #calibration: Calibration | null = null;
  #packets: OwnPackets | null = null;
  #dispatch: Dispatch | null = null;
  #uncalibrated: string | null = null;
  #keeperPid: number | undefined;
  #first: Reading | null = null;
  #last: Reading | null = null;

  constructor(
    private readonly session: Session,
    private readonly messages: Messages,
  ) {}

  /** True if the kernel's calls of the programs are counted, too. */
  get isCalibrated(): boolean {
    return this.#dispatch !== null;
  }

  /** Times packets without probes. `open`: opens a namespace for them. */
  prepare(open: () => OwnPackets): void {
    this.#trying(() => {
      this.#packets = open();
      this.#calibration = new Calibration(this.#packets, this.session);
    });
  }

  /** Times packets with probes, and gives up what they needed. */
  calibrate(): void {
    this.#trying(() => {
      if (this.#calibration === null) return;
      this.#dispatch = this.#calibration.finish();
      if (this.#dispatch === null)
        this.#refuse('no packet of its own came through what is traced', 'a wider --regex');
    });
    this.close();
  }

  close(): void {
    this.#packets?.close();
    this.#packets = null;
    this.#calibration = null;
  }

  #trying(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.close();
      if (!isNativeFailure(error)) throw error;
      this.#refuse(
        `${error.phase}: ${error.message} (${error.code})`,
        'user.max_net_namespaces above 0, CAP_SYS_ADMIN and CAP_NET_ADMIN, and no seccomp filter that forbids unshare(2)',
      );
    }
  }

  #refuse(reason: string, remedy: string): void {
    this.#uncalibrated = reason;
    this.messages.warn(
      `--budget counts the time in the BPF programs only, as the kernel's calls of them could not be timed: ${reason}`,
      remedy,
    );
  }

  /** When the trace is active. */
  start(keeperPid: number | undefined): void {
    this.#keeperPid = keeperPid;
    this.#first = this.read();
  }

  /** When it is no longer, and before the session is closed. */
  stop(): void {
    this.#last = this.read();
  }

  read(): Reading {
    const runs = native('reading the run time', () => this.session.runs());
    const outside = runs.count * (this.#dispatch?.ns ?? 0);
    const own = ownMs() + processMs(this.#keeperPid);
    return { clock: monotonicMs(), own, tracing: (runs.ns + outside) / NS_A_MS, runs };
  }

  /** `hits`: calls that matched. */
  summary(hits: number): Cost {
    const last = this.#last ?? this.read();
    const first = this.#first ?? last;
    const elapsed = last.clock - first.clock;
    const tracing = last.tracing - first.tracing;
    const share = (ms: number): number => (elapsed > 0 ? rounded(ms / elapsed, 6) : 0);
    const misses = Math.max(0, difference(last.runs, first.runs).count - hits);
    const dispatch = this.#dispatch;
    const hit = dispatch && hitNs(tracing * NS_A_MS, misses, hits, dispatch.missNs);
    const online = cpus().length;
    return {
      misses,
      hits,
      miss_ns: dispatch && rounded(dispatch.missNs, 1),
      hit_ns: hit && rounded(hit, 1),
      dispatch_ns: dispatch && rounded(dispatch.ns, 1),
      tracing_share: share(tracing),
      cpus: online,
      tracing_share_per_cpu: share(tracing / online),
      own_share: share(last.own - first.own),
      uncalibrated: this.#uncalibrated,
    };
  }
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

/** A line about it. */
export function costRemark(cost: Cost): string {
  const each = (ns: number | null): string => (ns === null ? '' : ` of ${ns} ns`);
  const what = cost.dispatch_ns === null ? 'BPF programs' : 'Tracing';
  return (
    `${what} took ${percent(cost.tracing_share)} of a CPU (${percent(cost.tracing_share_per_cpu)} of each of ${cost.cpus}) for ` +
    `${cost.misses} calls that did not match${each(cost.miss_ns)} and ${cost.hits} that did${each(cost.hit_ns)}; ` +
    `ipft itself took ${percent(cost.own_share)}`
  );
}
