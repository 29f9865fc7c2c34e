// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { EXIT } from '../../core/errors.js';
import type { FieldsOptions } from '../../core/options.js';
import { typesProblem } from '../../machine/environment.js';
import { useTypes } from '../../machine/kernel-types.js';
import { loadAddon } from '../../native/addon.js';
import { writeStdout } from '../../results/sink.js';
import { describeFields } from './describe.js';
import { NAMED_FIELDS } from './named.js';

/** Shows what can be printed on this kernel. */
export async function fieldsCommand(options: FieldsOptions): Promise<number> {
  const addon = loadAddon();
  const problem = typesProblem(options.btf);
  if (problem !== null) throw problem;
  useTypes(addon, options.btf);
  await writeStdout([describeFields(addon, NAMED_FIELDS, options, process.stdout.isTTY)]);
  return EXIT.ok;
}
