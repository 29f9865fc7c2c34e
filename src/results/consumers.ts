// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { EncodeRows } from '../core/batch.js';
import type { PlannedConsumer } from '../core/consumer.js';
import type { CommandOptions, TraceOptions } from '../core/options.js';
import { plannedCapture } from './capture-file.js';
import { plannedRecorder, type RecorderTools } from './flight-recorder.js';
import { plannedResults, type Exports, type HasNoReader, type ResultsOptions } from './results.js';
import { allOf } from './several.js';

type Options = TraceOptions &
  Pick<ResultsOptions, 'time' | 'eventsOnly' | 'family'> &
  Partial<Pick<CommandOptions, 'output' | 'recorder' | 'rotate' | 'rotateKeep'>>;

/** What consumers have the addon do. */
interface Tools {
  readonly hasNoReader: HasNoReader;
  readonly encodeRows: EncodeRows;
  /** only the command has a flight recorder */
  readonly recorder?: RecorderTools;
}

/** Makes the consumers that one option asks for; [] if the option is not given. */
type Kind = (options: Options, tools: Tools, exports: Exports) => readonly PlannedConsumer[];

const outputFiles: Kind = ({ also = [], drops, time, eventsOnly, family }, { hasNoReader }, exports) =>
  also.map(({ output, file }) =>
    plannedResults(
      { output, outputFile: file, flag: '--also', drops, time, eventsOnly, family },
      hasNoReader,
      exports,
    ),
  );

/** Without other results the file has rows of drops in any case, so that it can be shown with --drops. */
const captureFile: Kind = (
  { write, output, drops, commandLine = true, recorder, rotate, rotateKeep },
  tools,
) => {
  if (write === undefined) return [];
  const { encodeRows, recorder: recorderTools } = tools;
  if (recorder !== undefined && recorderTools !== undefined)
    return [plannedRecorder({ ...recorder, path: write, commandLine }, encodeRows, recorderTools)];
  const rotation = rotate === undefined ? null : { size: rotate, keep: rotateKeep };
  const wanted = { drops: output === null || drops === true, commandLine, rotation };
  return [plannedCapture(write, wanted, encodeRows)];
};

/** The kinds of consumers that a trace can have besides the command's results or a script's loop. */
const KINDS: readonly Kind[] = [outputFiles, captureFile];

const NO_EXPORTS: Exports = new Map();

const furtherOf = (options: Options, tools: Tools, exports = NO_EXPORTS): PlannedConsumer[] =>
  KINDS.flatMap((kind) => kind(options, tools, exports));

/** Combines `first` with the further consumers that the options ask for. */
export function withFurther(first: PlannedConsumer, options: Options, tools: Tools): PlannedConsumer {
  return allOf([first, ...furtherOf(options, tools)]);
}

/** All consumers of the command's trace, combined. */
export function commandConsumers(
  options: CommandOptions,
  { hasNoReader, encodeRows }: Omit<Tools, 'recorder'>,
  recorder: RecorderTools,
  exports: Exports,
): PlannedConsumer {
  const { output } = options;
  const tools = { hasNoReader, encodeRows, recorder };
  const own = output === null ? [] : [plannedResults({ ...options, output }, hasNoReader, exports)];
  const [first, ...others] = [...own, ...furtherOf(options, tools, exports)];
  if (first === undefined) throw new Error('nobody gets the results');
  return allOf([first, ...others]);
}
