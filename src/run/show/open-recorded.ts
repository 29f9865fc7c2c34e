// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { createReadStream } from 'node:fs';
import { TraceReader } from '../../capture/trace-reader.js';
import { isSystemError, UsageError } from '../../core/errors.js';
import { STDOUT } from '../../core/options.js';

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

/** Opens a capture file, `-` for stdin. Throws what TraceReader.open() throws, and a UsageError if it cannot be read. */
export const openRecorded = (path: string): Promise<TraceReader> =>
  TraceReader.open(bytesOf(path), nameOf(path));
