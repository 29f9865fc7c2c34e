import type { Backend } from '../core/backend.js';

/** One link for each argument position holds all its probes. */
export const kprobeMulti: Backend = {
  id: 'kprobe-multi',
  description: 'one link for each argument position',
  needs: 'Linux 5.18 with CONFIG_FPROBE',
  multi: true,
  probe: (kernel, { address }) => kernel.probeKprobeMulti(address),
};
