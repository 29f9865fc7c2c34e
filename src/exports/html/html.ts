// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { crossing } from '../../columns/crossing.js';
import type { Output, ShownTrace } from '../../core/output.js';
import type { Summary } from '../../core/summary.js';
import { version } from '../../core/version.js';
import type { DocumentKind } from '../document.js';
import { asText } from './fields.js';
import { DEVICE } from './lanes.js';
import { page } from './page.js';
import { ReportBuilder } from './report-builder.js';

/** Events that a page has if nothing else is asked for. */
const MOST_EVENTS = 200_000;

const NOTHING = new Uint8Array();

/** What the trace itself has lost, in words. */
function losses(summary: Summary | undefined): string[] {
  if (summary === undefined) return ['The trace was not ended: what it lost is not known.'];
  const { lost, lost_relations: relations, suppressed } = summary;
  return [
    ...(lost > 0 ? [`${lost} events were lost while the trace ran: packets may have gaps.`] : []),
    ...(relations > 0 ? [`${relations} relations were lost: these packets have no known parent.`] : []),
    ...(suppressed > 0 ? [`${suppressed} events were left out by --max-rate.`] : []),
  ];
}

/** The trace with fields as text; what lanes and marks show is no field. */
function withTexts(trace: ShownTrace): ShownTrace {
  const fields = trace.fields.filter(({ key }) => key !== crossing.key).map(asText);
  return { ...trace, fields };
}

/** A page to look at: see docs/report.md. */
export const html: DocumentKind = {
  id: 'html',
  isBinary: false,
  fields: ['len', 'gso-type', 'gso-size', 'gso-segs', 'mark'],
  wished: (isDefault) => [...(isDefault ? ['tuple', 'inner-tuple', 'ttl'] : ['gso-size']), 'ifname', 'netns'],
  create: ({ trace, maxEvents = MOST_EVENTS }): Output => {
    const shown = withTexts(trace);
    const builder = new ReportBuilder(shown, maxEvents);
    return {
      batch: (batch) => {
        builder.take(batch);
        return NOTHING;
      },
      *results(summary) {
        const facts = {
          ipft: version(),
          host: trace.origin?.host ?? null,
          command: trace.origin?.command?.join(' ') ?? null,
          hasDrops: trace.origin?.drops ?? true,
          hasDevices: shown.fields.some(({ key }) => key === DEVICE),
        };
        yield page('report', builder.finish(facts, losses(summary)));
      },
      held: 0,
      get cut() {
        return builder.cut;
      },
    };
  },
};
