// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { release } from 'node:os';
import type { TestContext } from 'vitest';

/** What a test proves about a backend on the kernel it ran on; scripts/generate-matrix.mjs makes docs/backends.md of it. */
export interface MatrixCell {
  readonly kernel: string;
  readonly backend: string;
  readonly tracer: 'function' | 'function_graph';
  /** 'yes', or why not: the errno with which the kernel refused, or 'no returns' */
  readonly result: string;
}

declare module 'vitest' {
  interface TaskMeta {
    matrix?: MatrixCell;
  }
}

/** Call it first in a test: its cell counts if the test passes. */
export function proves({ task }: TestContext, cell: Omit<MatrixCell, 'kernel'>): void {
  task.meta.matrix = { kernel: release(), ...cell };
}
