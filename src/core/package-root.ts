// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of ipft's package.json: an ancestor of src/ as well as of dist/, where files are bundled. */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json')) && folder !== '/') folder = dirname(folder);
  return folder;
}
