// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Option } from 'commander';
import type { Moment, RecordedOptions } from '../core/options.js';
import { checkInner, filterValues, withoutFilters } from './command-options.js';
import { option } from './option.js';
import {
  countOption,
  dropsOption,
  failOnLossOption,
  fieldsOption,
  filterOptions,
  functionOptions,
} from './trace-options.js';
import { parseMoment, parsePackets } from './values.js';

/** What commander makes of recordedOptions(). */
export interface RecordedFlags {
  readonly fields?: string;
  readonly drops?: boolean;
  readonly regex?: RegExp;
  readonly moduleRegex?: RegExp;
  readonly where?: string;
  readonly filter?: string;
  readonly inner?: boolean;
  readonly packet?: ReadonlySet<number>;
  readonly since?: Moment;
  readonly until?: Moment;
  readonly count?: number;
  readonly failOnLoss?: boolean;
}

/** From when to when. */
export const momentOptions = (): Option[] => [
  option(
    '--since <time>',
    'events from this time on: ns as in timestamp, or 1.5s since the first event',
    parseMoment('--since'),
  ),
  option('--until <time>', 'events up to this time', parseMoment('--until')),
];

/** Which packets and times of a file. */
export const partOptions = (): Option[] => [
  option('--packet <numbers>', 'these packets only, such as 12 or 12,19', parsePackets('--packet')),
  ...momentOptions(),
];

/** Which events of a file. */
export const selectedOptions = (): Option[] => [
  ...filterOptions(),
  ...functionOptions(),
  ...partOptions(),
  dropsOption(),
];

/** What of a capture file is shown. */
export const recordedOptions = (): Option[] => [
  fieldsOption(),
  ...selectedOptions(),
  countOption(),
  failOnLossOption(),
];

/** The flags as options, beside those of the command alone. Throws a UsageError for --inner without --filter. */
export function recordedOf<Flags extends RecordedFlags>(
  flags: Flags,
): RecordedOptions & Omit<Flags, 'regex' | 'moduleRegex' | 'packet' | 'drops' | 'failOnLoss'> {
  checkInner(flags);
  const { regex, moduleRegex, packet, drops = false, failOnLoss = false, ...same } = withoutFilters(flags);
  return {
    ...{ ...same, drops, failOnLoss },
    selection: { function: regex, module: moduleRegex },
    packets: packet,
    filters: filterValues(flags),
  };
}
