// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { EXIT } from '../core/errors.js';
import { writeStdout } from '../results/sink.js';

/** Writes text to stdout. */
export async function printText(text: string): Promise<number> {
  await writeStdout([text]);
  return EXIT.ok;
}
