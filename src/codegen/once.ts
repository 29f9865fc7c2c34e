// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ResolvedPath } from '../core/field-path.js';
import { Emitter, R0, R9, R6 } from './emitter.js';
import { PathFollower, readNumber, type SkbOffsets } from './path-reads.js';

const SCRATCH = -8;

/** Result of the program if the value cannot be read. */
export const UNREADABLE = 0xffffffff;

/** Machine code of a program that returns a number of 4 bytes, read at `path` for the task that runs it. */
export function generateOnce(path: ResolvedPath, skb: SkbOffsets): Uint8Array {
  if (path.root !== 'task' || path.size !== 4)
    throw new Error(`${path.path} is not a number of 4 bytes in struct task_struct`);
  const code = new Emitter();
  const absent = code.label();
  new PathFollower(code, R6, skb, SCRATCH).follow(path, R9, absent);
  const offset = path.steps.at(-1) ?? 0;
  readNumber(code, R0, 4, { address: R9, offset, scratch: SCRATCH }, absent);
  code.exit();
  code.bind(absent);
  code.mov(R0, -1);
  code.exit();
  return code.build();
}
