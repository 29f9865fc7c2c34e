// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { CommandOptions } from '../core/options.js';
import type { Follow } from '../core/relation.js';
import type { Mark } from './values.js';

/** Flags whose values become something else than an option of the same name; all others are options as they are. */
export interface OwnFlags {
  mark?: Mark;
  /** undefined unless it is on the command line */
  mask?: number;
  extension?: readonly string[];
  script?: readonly string[];
  gen?: string;
  list?: boolean;
  regex?: RegExp;
  moduleRegex?: RegExp;
  perfPageCount?: number;
  perfSamplePeriod: number;
  perfWakeupEvents: number;
  duration?: number;
  setRlimit: boolean;
  enableProbeServer?: boolean;
  /** false: --no-follow */
  follow?: readonly Follow[] | false;
  replies?: boolean;
  probeServerPort: number;
}

type Made =
  | keyof OwnFlags
  | 'filters'
  | 'extensions'
  | 'selection'
  | 'pageCount'
  | 'samplePeriod'
  | 'wakeupEvents'
  | 'durationMs'
  | 'setRlimits'
  | 'command';

/** Flags that are options as they are: those that have a default always have a value. */
export type SameFlags = Pick<CommandOptions, 'backend' | 'tracer' | 'output'> &
  Partial<Omit<CommandOptions, Made | 'backend' | 'tracer' | 'output'>>;

/** What commander makes of ipft's options; `filters`: values of filters/ are there by their ids, too. */
export type Flags = OwnFlags & SameFlags;
