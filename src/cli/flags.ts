// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TimeFormat } from '../core/clock.js';
import type { FurtherOutput } from '../core/options.js';
import type { Mark } from './values.js';

/** What commander makes of ipft's options. */
export interface Flags {
  fields?: string;
  extension?: readonly string[];
  script?: readonly string[];
  gen?: string;
  filter?: string;
  inner?: boolean;
  where?: string;
  /** values of filters/, by their ids */
  [filter: string]: unknown;
  mark?: Mark;
  mask?: number;
  backend: string;
  force?: boolean;
  tracer: string;
  list?: boolean;
  regex?: RegExp;
  moduleRegex?: RegExp;
  output: string;
  time?: TimeFormat;
  eventsOnly?: boolean;
  drops?: boolean;
  verbose?: boolean;
  perfPageCount?: number;
  perfSamplePeriod: number;
  perfWakeupEvents: number;
  count?: number;
  duration?: number;
  maxRate?: number;
  sample?: number;
  budget?: number;
  failOnLoss?: boolean;
  setRlimit: boolean;
  enableProbeServer?: boolean;
  probeServerPort: number;
  readyFile?: string;
  outputFile?: string;
  also?: readonly FurtherOutput[];
  rotate?: number;
  rotateKeep?: number;
}
