// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** Asks the running kernel; each answer is 0 or an errno. */
export interface KernelProbes {
  probeFentryMulti(): number;
  probeFentrySession(): number;
  probeFentry(): number;
  probeKprobeMulti(): number;
  /** `tracefs` is '' if it is not mounted: then only whether the kernel has kprobes is asked. */
  probeKprobe(tracefs: string): number;
  probeTracepoint(): number;
  probeKprobeSession(): number;
}

/** What can be traced: functions, or tracepoints. */
export type TableKind = 'functions' | 'tracepoints';

/** What a machine must offer to some backends only; all need privilege and BTF. */
export type Requirement = 'function list' | 'kernel addresses' | 'ftrace switch' | 'kprobes switch';

/** What BPF programs are loaded for. */
export type ProgramKind =
  | 'fentry'
  | 'fentry-graph'
  | 'fentry-multi'
  | 'fsession-multi'
  | 'kprobe'
  | 'kprobe-graph'
  | 'kprobe-multi'
  | 'kprobe-session'
  | 'tracepoint';

/** What is different about a backend where it sees returns, too. */
export type ReturnSupport = Pick<Backend, 'needs' | 'programs' | 'probe'>;

/** One way of attaching: one file in backends/, named as its id, the value of --backend. */
export interface Backend {
  readonly id: string;
  readonly description: string;
  /** what a kernel must have for it */
  readonly needs: string;
  /** what it attaches to */
  readonly table: TableKind;
  /** what the machine must offer beside privilege and BTF, in the order in which a user can mend it */
  readonly requires: readonly Requirement[];
  readonly programs: ProgramKind;
  /** true if each function has a program of its own, false if functions share one for each slot */
  readonly ownPrograms: boolean;
  /** other names that --backend takes for it */
  readonly aliases?: readonly string[];
  /** more functions than this it attaches with --force only, as each takes its time; undefined: any number */
  readonly limit?: number;
  /** true if its probes may go into the bodies of functions, which saves the kernel the way through ftrace */
  readonly probesBodies?: boolean;
  /** true: `auto` does not report why it passed over better backends */
  readonly fallsBackSilently?: boolean;
  /**
   * 0 if this kernel has it, else the errno with which the kernel refused. `tracefs` is null if it is not mounted.
   */
  probe(kernel: KernelProbes, tracefs: string | null): number;
  /** how it sees returns; absent if it does not */
  readonly returns?: ReturnSupport;
}
