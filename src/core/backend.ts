// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** Asks the running kernel. */
export interface KernelProbes {
  /**
   * Returns 0 if the kernel can attach these programs (Backend.programs), else the errno with which it refused.
   * `tracefs` is '' if it is not mounted.
   */
  probe(programs: string, tracefs: string): number;
}

/** What a backend can trace: functions, or tracepoints. */
export type TableKind = 'functions' | 'tracepoints';

/** What only some backends need of the machine; privilege and BTF are needed by all. */
export type Requirement =
  'function list' | 'kernel addresses' | 'ftrace switch' | 'kprobes switch' | 'own BTF';

/** Properties of a backend that differ when it traces returns, too. */
export type ReturnSupport = Pick<Backend, 'needs' | 'programs'> & Partial<Pick<Backend, 'requires'>>;

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
  /** what BPF programs are loaded for: a name in native/session/program_kind.cc */
  readonly programs: string;
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
  /** how the backend traces returns; absent if it cannot */
  readonly returns?: ReturnSupport;
}
