// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { PlannedConsumer } from '../core/consumer.js';
import type { CommandOptions, TraceOptions } from '../core/options.js';
import { plannedResults, type HasNoReader, type ResultsOptions } from './results.js';
import { allOf } from './several.js';

type Options = TraceOptions & Pick<ResultsOptions, 'time' | 'eventsOnly' | 'family'>;

/** Makes the consumers that one option asks for; [] if the option is not given. */
type Kind = (options: Options, hasNoReader: HasNoReader) => readonly PlannedConsumer[];

const outputFiles: Kind = ({ also = [], drops, time, eventsOnly, family }, hasNoReader) =>
  also.map(({ output, file }) =>
    plannedResults(
      { output, outputFile: file, flag: '--also', drops, time, eventsOnly, family },
      hasNoReader,
    ),
  );

/** The kinds of consumers that a trace can have besides the command's results or a script's loop. */
const KINDS: readonly Kind[] = [outputFiles];

/** Combines `first` with the further consumers that the options ask for. */
export function withFurther(
  first: PlannedConsumer,
  options: Options,
  hasNoReader: HasNoReader,
): PlannedConsumer {
  return allOf([first, ...KINDS.flatMap((kind) => kind(options, hasNoReader))]);
}

/** All consumers of the command's trace, combined. */
export function commandConsumers(options: CommandOptions, hasNoReader: HasNoReader): PlannedConsumer {
  return withFurther(plannedResults(options, hasNoReader), options, hasNoReader);
}
