// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Option } from 'commander';
import { UsageError } from '../core/errors.js';
import { INTERFACES, type FrameOptions } from '../core/export-kinds.js';
import { completed, oneOf } from './completion/completer.js';
import { option } from './option.js';
import { parseChoice } from './values.js';

const PCAPNG = 'pcapng';

/** How the frames of pcapng are made. */
export const frameOptions = (): Option[] => [
  completed(
    option(
      '--interfaces <kind>',
      'with pcapng: device (a frame where the bytes of a packet change) or function (a frame for each event)',
      parseChoice('--interfaces', INTERFACES),
    ),
    oneOf(INTERFACES),
  ),
  new Option(
    '--patch-length',
    'with pcapng: packets longer than 262,144 bytes are said to be as long, since viewers refuse longer ones',
  ),
];

/** Throws a UsageError if the options are for pcapng and no output is. */
export function checkFrames({ interfaces, patchLength }: FrameOptions, outputs: readonly string[]): void {
  if (outputs.includes(PCAPNG)) return;
  const flag = interfaces === undefined ? '--patch-length' : '--interfaces';
  if (interfaces !== undefined || patchLength === true)
    throw new UsageError(`${flag}: it is for pcapng`, '-o pcapng, or ipft export --to pcapng');
}

/** True if one of the outputs has packets' bytes. */
export const hasFrames = (outputs: readonly string[]): boolean => outputs.includes(PCAPNG);
