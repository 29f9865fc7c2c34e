// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { OutputDescriptor } from '../core/output.js';
import { aggregate } from './aggregate.js';
import { csv } from './csv.js';
import { json } from './json.js';
import { paths, pathsJson } from './reports/paths.js';
import { stats, statsJson } from './reports/stats.js';
import { stream } from './stream.js';

const all: readonly OutputDescriptor[] = [aggregate, stream, json, csv];

/** Every output by its id, which is the value of --output and the name of its file. */
export const outputs: ReadonlyMap<string, OutputDescriptor> = new Map(
  all.map((output) => [output.id, output]),
);

/** Outputs with a verb of their own: ipft stats, ipft paths. */
const reports: ReadonlyMap<string, OutputDescriptor> = new Map(
  [stats, statsJson, paths, pathsJson].map((output) => [output.id, output]),
);

/** The output with this id, of a verb of its own or not. */
export function outputOf(id: string): OutputDescriptor {
  const output = outputs.get(id) ?? reports.get(id);
  if (output === undefined) throw new Error(`no output '${id}'`);
  return output;
}
