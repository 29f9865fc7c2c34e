// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { backends } from '../../backends/index.js';
import { EXIT } from '../../core/errors.js';
import type { ListOptions } from '../../core/options.js';
import { listProblem } from '../../machine/environment.js';
import { findTracefs } from '../../machine/environment/tracefs.js';
import { useTypes } from '../../machine/kernel-types.js';
import { readTable, selectFunctions } from '../../machine/functions.js';
import { undescribedFunctions, undescribedJson } from '../../machine/undescribed.js';
import { readVerdicts } from '../../machine/verdicts.js';
import { loadAddon } from '../../native/addon.js';
import { writeStdout } from '../../results/sink.js';
import { Messages } from '../../terminal/messages.js';
import { listJson, listText, summarize, summaryText } from './text.js';

/** Lists what the backend can trace (by default functions), as far as this machine shows it. */
export async function listCommand({ backend, selection, json, btf }: ListOptions): Promise<number> {
  const kind = backends.get(backend)?.table ?? 'functions';
  const addon = loadAddon();
  const problem = listProblem(kind, btf);
  if (problem !== null) throw problem;
  useTypes(addon, btf);
  const tracefs = findTracefs();
  const messages = new Messages();
  const table = readTable(addon, kind, tracefs).judged(readVerdicts((text) => messages.warn(text)));
  for (const warning of table.columns.warnings) messages.warn(warning);
  const undescribed = undescribedFunctions(addon, table, tracefs, selection);
  const more = undescribed === null ? '' : undescribedJson(undescribed, selection);
  const selected = more === '' ? selectFunctions(table, selection) : table.select(selection);
  const summary = summarize(table, selected, undescribed?.length ?? null);
  if (json) {
    const last = kind === 'functions' ? `${JSON.stringify({ summary })}\n` : '';
    await writeStdout([listJson(table, selected), more, last]);
  } else {
    await writeStdout([listText(table, selected, process.stdout.isTTY)]);
    if (kind === 'functions') messages.line(summaryText(summary));
  }
  return EXIT.ok;
}
