// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { PlannedConsumer } from '../core/consumer.js';
import type { CommandOptions, TraceOptions } from '../core/options.js';
import { plannedResults, type HasNoReader, type ResultsOptions } from './results.js';
import { allOf } from './several.js';

type Options = TraceOptions & Pick<ResultsOptions, 'time' | 'eventsOnly'>;

/** Consumers that one option asks for; [] if it does not. */
type Kind = (options: Options, hasNoReader: HasNoReader) => readonly PlannedConsumer[];

const outputFiles: Kind = ({ also = [], drops, time, eventsOnly }, hasNoReader) =>
  also.map(({ output, file }) =>
    plannedResults({ output, outputFile: file, flag: '--also', drops, time, eventsOnly }, hasNoReader),
  );

/** The kinds of consumers that a trace can have beside the command's results or a script's loop. */
const KINDS: readonly Kind[] = [outputFiles];

/** `first`, and all further consumers that the options ask for, as one. */
export function withFurther(
  first: PlannedConsumer,
  options: Options,
  hasNoReader: HasNoReader,
): PlannedConsumer {
  return allOf([first, ...KINDS.flatMap((kind) => kind(options, hasNoReader))]);
}

/** All consumers of a trace of the command. */
export function commandConsumers(options: CommandOptions, hasNoReader: HasNoReader): PlannedConsumer {
  return withFurther(plannedResults(options, hasNoReader), options, hasNoReader);
}
