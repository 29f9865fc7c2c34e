// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { columnsOf } from '../../columns/index.js';
import type { Batch } from '../../core/batch.js';
import type { Output, OutputContext, OutputDescriptor } from '../../core/output.js';
import type { Summary } from '../../core/summary.js';
import type { Way } from '../../ways/way.js';
import { WaysInFlight } from '../../ways/ways-in-flight.js';
import { json } from '../formats/json.js';
import { text } from '../formats/text.js';

/** What is said at the end of a trace of the ways that its packets took. */
export interface Report {
  /** Takes what is not in the ways. */
  readonly take?: (batch: Batch) => void;
  readonly add: (way: Way) => void;
  /** `summary`: null if it is unknown. */
  readonly written: (summary: Summary | null) => string;
}

const NOTHING = new Uint8Array();

/** The output that writes a report. */
function outputOf({ trace, drops }: OutputContext, { take, add, written }: Report): Output {
  const ways = new WaysInFlight({ ...trace, fields: columnsOf(['gso-size']) }, drops?.packets);
  return {
    batch: (batch) => {
      take?.(batch);
      for (const way of ways.take(batch)) add(way);
      return NOTHING;
    },
    *results(summary) {
      for (const way of ways.rest()) add(way);
      yield written(summary ?? null);
    },
    held: 0,
    get cut() {
      return ways.cut;
    },
  };
}

/** A descriptor of an output that writes a report, and nothing before. */
const reporting = (
  { id, description, format }: Pick<OutputDescriptor, 'id' | 'description' | 'format'>,
  create: (context: OutputContext) => Report,
): OutputDescriptor => ({
  ...{ id, description, format, live: false, needsEnds: true, needsDrops: true, showsDrops: true },
  ...{ lead: [], graphLead: [], kin: [], fields: [] },
  create: (context) => outputOf(context, create(context)),
});

export const textReport = (
  id: string,
  description: string,
  create: (context: OutputContext) => Report,
): OutputDescriptor => reporting({ id, description, format: text }, create);

export const jsonReport = (
  id: string,
  description: string,
  create: (context: OutputContext) => Report,
): OutputDescriptor => reporting({ id, description, format: json }, create);

/** What each report begins with in JSON. */
export interface ReportHead {
  /** the capture file; null: the trace was reported on when it ended */
  readonly file: string | null;
  /** kernel release */
  readonly kernel: string;
}

export const headOf = ({ report, trace }: OutputContext): ReportHead => ({
  file: report.file,
  kernel: trace.kernel,
});
