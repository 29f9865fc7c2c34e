// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Backend } from '../core/backend.js';

/** A program on each raw tracepoint that passes an skb: where nothing else attaches, locked-down kernels included. */
export const tracepoint: Backend = {
  id: 'tracepoint',
  description: 'a program on each tracepoint that passes an skb',
  needs: 'Linux 5.5, and that BPF may read kernel memory (lockdown in confidentiality mode forbids it)',
  table: 'tracepoints',
  requires: [],
  programs: 'tracepoint',
  ownPrograms: true,
  probe: (kernel) => kernel.probeTracepoint(),
};
