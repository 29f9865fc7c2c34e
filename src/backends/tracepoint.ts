// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Backend } from '../core/backend.js';

/**
 * One program per raw tracepoint that passes an skb. Works where nothing else attaches, such as on
 * locked-down kernels.
 */
export const tracepoint: Backend = {
  id: 'tracepoint',
  description: 'a program on each tracepoint that passes an skb',
  needs: 'Linux 5.5, and that BPF may read kernel memory (lockdown in confidentiality mode forbids it)',
  table: 'tracepoints',
  requires: [],
  programs: 'tracepoint',
  ownPrograms: true,
};
