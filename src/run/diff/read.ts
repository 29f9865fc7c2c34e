// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { columns, columnsOf } from '../../columns/index.js';
import type { Column } from '../../core/column.js';
import type { Loss } from '../../core/consumer.js';
import { UsageError } from '../../core/errors.js';
import type { DiffOptions } from '../../core/options.js';
import { hasRead } from '../../core/reads.js';
import type { Summary } from '../../core/summary.js';
import { columnContext, type Traced } from '../../core/traced.js';
import { parseFields } from '../../plan/parse-fields.js';
import type { Messages } from '../../terminal/messages.js';
import { PathClasses } from '../../ways/classes.js';
import { WaysInFlight } from '../../ways/ways-in-flight.js';
import { faultsIn } from '../show/faults.js';
import { openRecorded } from '../show/open-recorded.js';
import { followedPackets } from '../show/packet-filter.js';
import { checkRecorded } from '../show/recorded.js';
import { SelectedRows } from '../show/selected-rows.js';
import type { Operand } from './operand.js';

/** The ways of one side of a comparison. */
export interface ReadWays {
  readonly kernel: string;
  readonly classes: PathClasses;
  /** what is missing from it */
  readonly missing: readonly Loss[];
}

/** Fields of each event. */
const OWN = columnsOf(['len', 'gso-type', 'gso-size', 'gso-segs', 'mark']);

/** Keys of fields that differ from packet to packet, or from trace to trace, whatever ways the packets take. */
const PASSING: ReadonlySet<string> = new Set([
  ...['pid', 'tid', 'comm', 'cgroup', 'caller', 'stack', 'users', 'truesize', 'ifindex', 'iif', 'netns'],
  ...['tuple', 'inner_tuple', 'ip_id', 'tcp_seq', 'tcp_ack', 'hash', 'csum', 'delta', 'age'],
]);

/** The fields that are compared if none are asked for: those that the file has. */
function usualFields({ layout }: Traced): Column[] {
  const has = hasRead(layout);
  const recorded = [...columns.values()].filter(
    ({ key, reads = [] }) => reads.length > 0 && !PASSING.has(key) && reads.every(has),
  );
  return [...OWN, ...recorded];
}

/** Those that are compared; with what classes need, of which nothing is said twice. */
function fieldsOf(traced: Traced, asked: readonly Column[] | null, name: string): readonly Column[] {
  checkRecorded(asked ?? [], traced.layout, name);
  const fields = asked ?? usualFields(traced);
  return [...new Map([...fields, ...columnsOf(['gso-size'])].map((each) => [each.id, each])).values()];
}

/** Throws a UsageError if the file does not have the packet. */
function checkPacket({ absent }: SelectedRows, { path, packet, name }: Operand): void {
  if (absent === null) return;
  throw new UsageError(
    `${name}: there is no packet #${packet} in ${path}, which has ${absent.range}`,
    'a number of those',
  );
}

/** Reads a side of a comparison. Throws a UsageError for what is no capture file, or does not have the packet. */
export async function readWays(
  operand: Operand,
  options: DiffOptions,
  messages: Messages,
): Promise<ReadWays> {
  const { path, packet } = operand;
  const reader = await openRecorded(path, messages);
  const asked = options.fields === undefined ? null : parseFields(options.fields);
  const traced = reader.traced(asked, []);
  const { kernel, clock, follows, returns, functions } = traced;
  const fields = fieldsOf(traced, asked, operand.name);
  const ways = new WaysInFlight({ context: columnContext(traced), fields, follows, returns, kernel, clock });
  const packets = packet === null ? undefined : new Set([packet]);
  const file = { traced, description: reader.description, name: operand.name };
  const followed = followedPackets(options, file, []);
  const rows = new SelectedRows({ ...options, packets, drops: true }, functions, followed);
  const classes = new PathClasses(true);
  const add = (way: Parameters<typeof classes.add>[0]): void => {
    if (!options.drops || way.drops.length > 0) classes.add(way);
  };
  let summary: Summary | null = null;
  for await (const item of reader.items()) {
    if (item.kind === 'rows') for (const way of ways.take(rows.of(item.batch))) add(way);
    else if (item.kind === 'summary') summary = item.summary as Summary;
  }
  for (const way of ways.rest()) add(way);
  checkPacket(rows, operand);
  return { kernel, classes, missing: faultsIn(reader, summary, operand.name) };
}
