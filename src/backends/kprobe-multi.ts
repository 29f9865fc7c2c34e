// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Backend } from '../core/backend.js';

/** One link for each frequent argument position, and one for all other positions. */
export const kprobeMulti: Backend = {
  id: 'kprobe-multi',
  description: 'a link for each argument position',
  needs: 'Linux 5.18 with CONFIG_FPROBE',
  table: 'functions',
  requires: ['function list', 'kernel addresses', 'ftrace switch', 'kprobes switch'],
  programs: 'kprobe-multi',
  ownPrograms: false,
  fallsBackSilently: true,
  returns: {
    needs: 'Linux 6.10 with CONFIG_FPROBE for function_graph',
    programs: 'kprobe-session',
    requires: ['function list', 'kernel addresses', 'ftrace switch', 'kprobes switch', 'own BTF'],
  },
};
