// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { bootId } from '../../capture/circumstances.js';
import type { Description } from '../../capture/description.js';
import { parseCondition } from '../../core/condition.js';
import { conditionOnRows, unrecordedPaths } from '../../core/condition-on-rows.js';
import { UnsupportedError, UsageError } from '../../core/errors.js';
import type { RecordedOptions } from '../../core/options.js';
import type { RowReader } from '../../core/row.js';
import { shellWord } from '../../core/shell-word.js';
import { columnContext, type Traced } from '../../core/traced.js';
import { filters } from '../../filters/index.js';
import { compilePcapFilter } from '../../filters/pcap.js';
import { INNER, pcapOnRows } from '../../filters/pcap-on-rows.js';
import { loadAddon } from '../../native/addon.js';
import { FollowedPackets } from './followed-packets.js';

/** A file, for conditions on its packets. */
export interface FileOfPackets {
  readonly traced: Traced;
  readonly description: Pick<Description, 'boot'>;
  /** for messages */
  readonly name: string;
}

type Filters = Pick<RecordedOptions, 'where' | 'filter' | 'inner' | 'filters'>;

const unrecorded = (name: string, what: readonly string[], fields: readonly string[]): UnsupportedError =>
  new UnsupportedError(
    `${name} does not have ${what.join(', ')}: it was not recorded`,
    `ipft record -f ${shellWord(fields.join(','))}`,
  );

/** The condition that a filter of the kernel's members stands for. */
function conditionOf(id: string, value: string, { traced, description, name }: FileOfPackets): string {
  const { reads } = traced.layout;
  const filter = filters.get(id);
  if (filter === undefined) throw new Error(`no filter '${id}'`);
  if (id === 'pid') {
    const process = reads.find(({ read }) => read.kind === 'process')?.path;
    if (process === undefined || process === null) throw unrecorded(name, ['pid'], ['pid']);
    filter.condition(value, { has: () => true, pidNamespace: () => null });
    return `${process.path} == ${value}`;
  }
  const isInode = id === 'netns' && /^(inode:)?\d+$/.test(value);
  if (filter.isOfMachine === true && !isInode && description.boot !== bootId())
    throw new UnsupportedError(
      `--${id} ${value}: its number is known only on the machine that was traced, until it starts again`,
      id === 'netns' ? '--netns inode:NUMBER' : 'a --where on what was recorded',
    );
  return filter.condition(value, {
    has: (path) => reads.some(({ path: found }) => found?.path === path),
    pidNamespace: () => null,
  });
}

/** Whether the headers of a packet match --filter. */
function pcapOf(
  expression: string,
  inner: boolean,
  { traced: { layout }, name }: FileOfPackets,
): RowReader<boolean> {
  if (expression.trim() === '')
    throw new UsageError('--filter: it is empty, and would match every packet', 'no --filter');
  if (inner && INNER.some((path) => layout.reads.every((read) => read.path?.path !== path)))
    throw unrecorded(name, ['inner headers'], INNER);
  const addon = loadAddon();
  const filter = compilePcapFilter(expression, (text, type) => addon.compileFilter(text, type), inner);
  return pcapOnRows(filter, inner, layout);
}

/**
 * Whether a packet matches all filters, and `further` conditions, at a call; null: there are none. Throws an UnsupportedError for what was not
 * recorded, and a UsageError for an invalid filter.
 */
function packetFilter(
  { where, filter, inner = false, filters: values = {} }: Filters,
  file: FileOfPackets,
  further: readonly string[],
): RowReader<boolean> | null {
  const { traced, name } = file;
  const texts = Object.entries(values).map(([id, value]) => conditionOf(id, value, file));
  const conditions = [...texts, ...(where === undefined ? [] : [where]), ...further].map(parseCondition);
  const absent = [...new Set(conditions.flatMap((each) => unrecordedPaths(each, traced.layout)))];
  if (absent.length > 0) throw unrecorded(name, absent, absent);
  const context = columnContext(traced);
  const all = conditions.map((each) => conditionOnRows(each, traced.layout, context));
  if (filter !== undefined) all.push(pcapOf(filter, inner, file));
  if (all.length === 0) return null;
  return (rows, at) => all.every((matches) => matches(rows, at));
}

/** The packets for which packetFilter() holds once, from then on; null: all are shown. */
export function followedPackets(
  filters: Filters,
  file: FileOfPackets,
  further: readonly string[],
): FollowedPackets | null {
  const matches = packetFilter(filters, file, further);
  return matches === null ? null : new FollowedPackets(matches);
}
