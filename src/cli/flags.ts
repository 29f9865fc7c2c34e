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
  mark?: number;
  mask: number;
  backend: string;
  force?: boolean;
  tracer: string;
  list?: boolean;
  regex?: RegExp;
  moduleRegex?: RegExp;
  output: string;
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
  rotate?: number;
  rotateKeep?: number;
}
