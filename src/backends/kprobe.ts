import type { Backend } from '../core/backend.js';

/** One trace event for each argument position holds all its probes. */
export const kprobe: Backend = {
  id: 'kprobe',
  description: 'one trace event for each argument position, for kernels without FPROBE',
  needs: 'Linux 5.10 with CONFIG_KPROBE_EVENTS',
  multi: false,
  probe: (kernel, { tracefs }) => kernel.probeKprobe(tracefs),
};
