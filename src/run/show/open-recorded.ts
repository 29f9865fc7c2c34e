// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { createReadStream, fstatSync, statSync } from 'node:fs';
import { TraceReader } from '../../capture/trace-reader.js';
import { isSystemError, UsageError } from '../../core/errors.js';
import { STDOUT } from '../../core/options.js';
import type { Messages } from '../../terminal/messages.js';
import { Progress } from '../../terminal/progress.js';

const CHUNK = 1024 * 1024;

/** The bytes of a file. Throws a UsageError if it cannot be read. */
async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  const stream = path === STDOUT ? process.stdin : createReadStream(path, { highWaterMark: CHUNK });
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    const code = isSystemError(error) ? error.code : String(error);
    throw new UsageError(
      `${path} cannot be read (${code})`,
      'the path of a file that ipft record has written',
    );
  }
}

/** How messages name a capture file. */
export const nameOf = (path: string): string => (path === STDOUT ? 'stdin' : path);

/** Bytes of a file; null: it is unknown, as for a pipe. */
function sizeOf(path: string): number | null {
  const stat = path === STDOUT ? fstatSync(0) : statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true ? stat.size : null;
}

/**
 * Opens a capture file, `-` for stdin, and tells on a terminal how much of it has been read, unless `fillsTerminal`:
 * results are written to it. Throws what TraceReader.open() throws, and a UsageError if it cannot be read.
 */
export function openRecorded(path: string, messages: Messages, fillsTerminal = false): Promise<TraceReader> {
  const name = nameOf(path);
  const progress = new Progress(messages, `Reading ${name}`, sizeOf(path), fillsTerminal);
  return TraceReader.open(progress.through(bytesOf(path)), name);
}
