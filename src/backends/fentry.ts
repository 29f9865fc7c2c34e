// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Backend } from '../core/backend.js';

/**
 * One program per function. Attaching and detaching each takes time, so it suits some dozens of functions.
 */
export const fentry: Backend = {
  id: 'fentry',
  aliases: ['ftrace'],
  description: 'a program on each function',
  needs: 'Linux 5.5 with CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS, and that it is not locked down',
  table: 'functions',
  requires: ['function list', 'kernel addresses', 'ftrace switch', 'own BTF'],
  programs: 'fentry',
  ownPrograms: true,
  limit: 64,
  returns: {
    needs: 'Linux 5.5 with CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS, and that it is not locked down',
    programs: 'fentry-graph',
  },
};
