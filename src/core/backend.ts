/** Asks the running kernel; each answer is 0 or an errno. */
export interface KernelProbes {
  probeKprobeMulti(): number;
  /** `tracefs` is '' if it is not mounted: then only whether the kernel has kprobes is asked. */
  probeKprobe(tracefs: string): number;
  probeTracepoint(): number;
}

/** What can be traced: functions, or tracepoints. */
export type TableKind = 'functions' | 'tracepoints';

/** What a machine must offer to some backends only; all need privilege and BTF. */
export type Requirement = 'function list' | 'kernel addresses' | 'switches';

/** What BPF programs are loaded for. */
export type ProgramKind = 'kprobe' | 'kprobe-multi' | 'tracepoint';

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
  /**
   * 0 if this kernel has it, else the errno with which the kernel refused. `tracefs` is null if it is not mounted.
   */
  probe(kernel: KernelProbes, tracefs: string | null): number;
}
