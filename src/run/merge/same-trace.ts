// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TraceReader } from '../../capture/trace-reader.js';
import type { Description } from '../../capture/description.js';
import { UsageError } from '../../core/errors.js';
import { OF_BYTES } from '../../core/packet-bytes.js';
import { printable } from '../../core/printable.js';
import type { Layout, Read } from '../../core/reads.js';

/** A file to merge. */
export interface MergedFile {
  /** for messages */
  readonly name: string;
  readonly reader: TraceReader;
}

/** What a read is called in messages. */
function nameOf(read: Read): string {
  switch (read.kind) {
    case 'path':
      return printable(read.paths[0]);
    case 'extra':
      return printable(read.of === OF_BYTES ? read.of : `what ${read.of} adds`);
    case 'headers':
      return `${read.bytes} bytes of headers`;
    default:
      return read.kind;
  }
}

/** The first field that one layout has at a place and the other has not; null: they are the same. */
function differenceOf(left: Layout, right: Layout): string | null {
  const longest = Math.max(left.reads.length, right.reads.length);
  for (let index = 0; index < longest; index++) {
    const [one, other] = [left.reads[index], right.reads[index]];
    if (JSON.stringify(one) === JSON.stringify(other)) continue;
    return [one, other].map((each) => (each === undefined ? 'none' : nameOf(each.read))).join(' and ');
  }
  return null;
}

const refuse = (left: MergedFile, right: MergedFile, what: string, remedy: string): UsageError =>
  new UsageError(`${left.name} and ${right.name} cannot be merged: ${what}`, remedy);

/** What files have to have in common besides their fields. */
const SAME: readonly (readonly [of: (description: Description) => unknown, what: string, remedy: string])[] =
  [
    [({ host }) => host, 'they are of different hosts', 'files of one host'],
    [
      ({ boot }) => boot ?? {},
      'they are not known to be of the same boot',
      'files that were recorded since the host has started',
    ],
    [({ returns }) => returns, 'one has returns of functions', 'ipft record with the same --tracer'],
    [({ follows }) => follows, 'one has relatives of packets', 'ipft record with the same --follow'],
    [({ drops }) => drops, 'one has drops', 'ipft record for both, or --drops beside other outputs'],
  ];

/** Throws a UsageError if the traces cannot be told as one. */
export function checkSame(first: MergedFile, others: readonly MergedFile[]): void {
  const { description } = first.reader;
  for (const other of others) {
    for (const [of, what, remedy] of SAME)
      if (of(description) !== of(other.reader.description)) throw refuse(first, other, what, remedy);
    const difference = differenceOf(description.layout, other.reader.description.layout);
    if (difference !== null)
      throw refuse(
        first,
        other,
        `their fields differ: ${difference}`,
        'ipft record with the same -f, -e, --check and --snaplen',
      );
  }
}
