/** Asks the running kernel; each answer is 0 or an errno. */
export interface KernelProbes {
  probeKprobeMulti(): number;
  probeKprobe(tracefs: string): number;
}

/** One way of attaching: one file in backends/, named as its id, the value of --backend. */
export interface Backend {
  readonly id: string;
  readonly description: string;
  /** what a kernel must have for it */
  readonly needs: string;
  /** true if its BPF programs are loaded for multi links */
  readonly multi: boolean;
  /** 0 if this kernel has it, else the errno with which the kernel refused. */
  probe(kernel: KernelProbes, tracefs: string): number;
}
