// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Subcommand } from '../subcommand.js';
import { completion } from './completion.js';
import { diff } from './diff.js';
import { doctor } from './doctor.js';
import { exporting } from './export.js';
import { fields } from './fields.js';
import { merge } from './merge.js';
import { paths } from './paths.js';
import { record } from './record.js';
import { schema } from './schema.js';
import { show } from './show.js';
import { stats } from './stats.js';

const all = [
  record,
  show,
  stats,
  paths,
  diff,
  merge,
  exporting,
  doctor,
  fields,
  schema,
  completion,
] as unknown as readonly Subcommand[];

/** By its name, what stands in the place of a trace's options. */
export const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map(all.map((each) => [each.name, each]));

/** How each is called, a line for each. */
export const subcommandUsages = (): string[] => all.map(({ name, usage }) => `ipft ${name} ${usage}`);
