// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Backend } from '../core/backend.js';

/** One trace event per argument position holds all of its probes. */
export const kprobe: Backend = {
  id: 'kprobe',
  description: 'a trace event for each argument position',
  needs: 'Linux 5.10 with CONFIG_KPROBE_EVENTS',
  table: 'functions',
  requires: ['function list', 'kernel addresses', 'ftrace switch', 'kprobes switch'],
  programs: 'kprobe',
  ownPrograms: false,
  probesBodies: true,
  returns: {
    needs: 'Linux 5.10 with CONFIG_KPROBE_EVENTS',
    programs: 'kprobe-graph',
  },
};
