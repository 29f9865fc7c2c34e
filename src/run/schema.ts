// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { SchemaOptions } from '../core/options.js';
import { lineSchema } from '../results/schema.js';
import { printText } from './print-text.js';

/** Prints what programs may rely on in the lines of `-o json`. Needs neither the addon nor a privilege. */
export async function schemaCommand({ kind }: SchemaOptions): Promise<number> {
  return printText(`${JSON.stringify(lineSchema(kind), null, 2)}\n`);
}
