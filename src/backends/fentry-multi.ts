// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Backend } from '../core/backend.js';

/**
 * One tracing_multi link per argument position, and a kprobe-multi link for functions that tracing_multi
 * refuses.
 */
export const fentryMulti: Backend = {
  id: 'fentry-multi',
  description: 'a tracing_multi link for each argument position',
  needs: 'Linux 7.2 on x86-64',
  table: 'functions',
  requires: ['function list', 'kernel addresses', 'ftrace switch', 'own BTF'],
  programs: 'fentry-multi',
  ownPrograms: false,
  fallsBackSilently: true,
  returns: {
    needs: 'Linux 7.2 on x86-64 for function_graph',
    programs: 'fsession-multi',
  },
};
