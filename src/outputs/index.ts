// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { OutputDescriptor } from '../core/output.js';
import { aggregate } from './aggregate.js';
import { csv } from './csv.js';
import { json } from './json.js';
import { stream } from './stream.js';

const all: readonly OutputDescriptor[] = [aggregate, stream, json, csv];

/** Every output by its id, which is the value of --output and the name of its file. */
export const outputs: ReadonlyMap<string, OutputDescriptor> = new Map(
  all.map((output) => [output.id, output]),
);
