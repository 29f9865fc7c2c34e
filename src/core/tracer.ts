// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** What a trace records for each function. */
export interface Tracer {
  /** the value of --tracer */
  readonly id: string;
  readonly description: string;
  /** true if it records returns, too */
  readonly returns: boolean;
}

/** The default. */
export const functionTracer: Tracer = { id: 'function', description: 'each call', returns: false };

const all: readonly Tracer[] = [
  functionTracer,
  { id: 'function_graph', description: 'each call and its return, nested, with durations', returns: true },
];

/** Every tracer by its id. The ids are ipftrace2's. */
export const tracers: ReadonlyMap<string, Tracer> = new Map(all.map((tracer) => [tracer.id, tracer]));
