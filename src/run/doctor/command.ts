// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { EXIT } from '../../core/errors.js';
import type { DoctorOptions } from '../../core/options.js';
import { loadAddon } from '../../native/addon.js';
import { writeStdout } from '../../results/sink.js';
import { examine } from './examine.js';
import { reportText } from './text.js';

/** Tells what this machine lets ipft trace. Exit code 3 if nothing. */
export async function doctorCommand({ json, btf }: DoctorOptions): Promise<number> {
  const report = examine(loadAddon(), btf);
  await writeStdout([json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report)]);
  return report.backends.some(({ usable }) => usable) ? EXIT.ok : EXIT.environment;
}
