import type { Backend } from '../core/backend.js';

/** One link for each frequent argument position, and one for all the others. */
export const kprobeMulti: Backend = {
  id: 'kprobe-multi',
  description: 'a link for each argument position',
  needs: 'Linux 5.18 with CONFIG_FPROBE',
  table: 'functions',
  requires: ['function list', 'kernel addresses', 'switches'],
  programs: 'kprobe-multi',
  ownPrograms: false,
  probe: (kernel) => kernel.probeKprobeMulti(),
};
