// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** Feature probes of the running kernel. Each returns 0 if the feature is there, else an errno. */
export interface KernelProbes {
  probeFentryMulti(): number;
  probeFentrySession(): number;
  probeFentry(): number;
  probeKprobeMulti(): number;
  /** `tracefs`: where it is mounted. With '' (not mounted) only kprobe support of the kernel is checked. */
  probeKprobe(tracefs: string): number;
  probeTracepoint(): number;
  probeKprobeSession(): number;
}

/** What a backend can trace: functions, or tracepoints. */
export type TableKind = 'functions' | 'tracepoints';

/** What only some backends need of the machine; privilege and BTF are needed by all. */
export type Requirement = 'function list' | 'kernel addresses' | 'ftrace switch' | 'kprobes switch';

/** The sets of BPF programs: one for each way of attaching, with or without returns. */
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

/** Properties of a backend that differ when it traces returns, too. */
export type ReturnSupport = Pick<Backend, 'needs' | 'programs' | 'probe'>;

/** One way of attaching: one file in backends/, named after its id, which is the value of --backend. */
export interface Backend {
  readonly id: string;
  readonly description: string;
  /** what the kernel must have for this backend, in words */
  readonly needs: string;
  /** whether it attaches to functions or tracepoints */
  readonly table: TableKind;
  /** what the machine must offer besides privilege and BTF; what the user can fix most easily comes first */
  readonly requires: readonly Requirement[];
  readonly programs: ProgramKind;
  /** true if each function has a program of its own, false if functions share one for each slot */
  readonly ownPrograms: boolean;
  /** other names that --backend accepts for it */
  readonly aliases?: readonly string[];
  /**
   * attaching more functions than this needs --force, since each attachment takes time; undefined: no limit
   */
  readonly limit?: number;
  /** true if it can place probes inside functions' bodies, which avoids the overhead of ftrace */
  readonly probesBodies?: boolean;
  /** true: `auto` does not report why it passed over better backends */
  readonly fallsBackSilently?: boolean;
  /**
   * 0 if this kernel supports the backend, else the errno with which the kernel refused. `tracefs` is null if
   * it is not mounted.
   */
  probe(kernel: KernelProbes, tracefs: string | null): number;
  /** how the backend traces returns; absent if it cannot */
  readonly returns?: ReturnSupport;
}
