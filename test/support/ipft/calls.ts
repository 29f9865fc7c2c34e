// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { parseResults } from './results.js';

/** One line of `-t function_graph -o json`. */
export interface GraphEvent {
  readonly packet_id: string;
  readonly timestamp: number;
  readonly processor_id: number;
  readonly function: string;
  readonly is_return: boolean;
  readonly duration_ns: number | null;
  readonly tid: number;
  readonly len: number | null;
  readonly gso_size: number | null;
}

export const parseGraph = (text: string): GraphEvent[] => parseResults(text).events as GraphEvent[];

const nameOf = ({ function: name, packet_id, timestamp }: GraphEvent): string =>
  `${name} of ${packet_id} at ${timestamp}`;

/**
 * Walks the events of each thread in order of time, and throws unless every return closes the call that was made last.
 * Returns the calls that are still open, and how deep they lay in each other.
 */
export function checkNesting(events: readonly GraphEvent[]): { open: GraphEvent[]; deepest: number } {
  const stacks = new Map<string, GraphEvent[]>();
  let deepest = 0;
  for (const event of events.toSorted((left, right) => left.timestamp - right.timestamp)) {
    const thread = event.tid === 0 ? `CPU ${event.processor_id}` : `thread ${event.tid}`;
    const stack = stacks.get(thread) ?? [];
    stacks.set(thread, stack);
    if (!event.is_return) {
      deepest = Math.max(deepest, stack.push(event));
      continue;
    }
    const call = stack.pop();
    if (call === undefined) throw new Error(`${thread}: nothing to return from in ${nameOf(event)}`);
    const began = event.timestamp - (event.duration_ns ?? NaN);
    const isItsReturn =
      call.function === event.function && call.packet_id === event.packet_id && call.timestamp === began;
    if (!isItsReturn) throw new Error(`${thread}: ${nameOf(event)} returns inside ${nameOf(call)}`);
  }
  return { open: [...stacks.values()].flat(), deepest };
}
