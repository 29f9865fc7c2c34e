// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { cpus } from 'node:os';
import type { Wants } from '../core/consumer.js';
import type { TraceOptions } from '../core/options.js';
import { automaticPageCount, LEAST_PAGES } from '../core/ring-buffer.js';
import { loadedWith } from '../extension/refusal.js';
import { native } from '../native/call.js';
import type { Session } from '../native/types.js';
import { dataOptions } from '../plan/data.js';
import type { Plan } from '../plan/prepare.js';

/** Loads the programs of a plan; `onBatch` gets how many rows session.batch and bytes session.packetBytes hold. Whoever opens it closes it. */
export function openSession(
  plan: Plan,
  options: TraceOptions,
  wants: Wants,
  onBatch: (rows: number, bytes: number) => void,
): Session {
  const { addon, table, traceable, uncertain, probedOnly, backend, bodyOffsets, data, filter, inBpf } = plan;
  const { mark, mask, wakeupEvents, maxRate, sample, budget, snaplen, summarize } = options;
  const { pageCount = automaticPageCount(cpus().length) } = options;
  const leastPageCount = options.pageCount ?? LEAST_PAGES;
  const buffers = { pageCount, leastPageCount, wakeupEvents };
  const limits = { maxRate, sample, timed: budget !== undefined };
  const marked = mark === undefined ? { mark: 0, mask: 0 } : { mark, mask };
  const programs = summarize === undefined ? backend.programs : `${backend.programs}-ways`;
  const settings = { ...marked, ...buffers, ...limits, programs, follows: plan.follows };
  const functions = Uint32Array.from(traceable);
  const ends = {
    hidden: Uint32Array.from(probedOnly),
    reportsEnds: wants.ends || plan.follows !== 0,
    drops: wants.drops,
  };
  const sessionOptions = {
    ...settings,
    ...ends,
    table: table.columns.table,
    bodyOffsets,
    ...dataOptions(data),
    snaplen,
    wholeWays: summarize,
    filter: filter?.code,
    asksMark: filter?.asksMark === true,
    asksBytes: filter?.asksBytes === true,
    asksBehindHead: filter?.asksBehindHead === true,
    functions,
    candidates: Uint32Array.from(uncertain),
    module: inBpf?.module,
  };
  const load = (): Session => new addon.Session(sessionOptions, onBatch);
  return native('loading the BPF programs', () => loadedWith(inBpf, load));
}
