// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TraceReader } from '../../capture/trace-reader.js';
import type { Check } from '../../checks/check.js';
import { checks } from '../../checks/index.js';
import type { Column } from '../../core/column.js';
import { UnsupportedError } from '../../core/errors.js';
import type { ShowOptions } from '../../core/options.js';
import { hasRead, type Layout, type Read } from '../../core/reads.js';
import { shellWord } from '../../core/shell-word.js';
import type { Extensions } from '../../extension/extensions.js';
import { checksOf } from '../../plan/checks.js';
import { isExtra } from './room.js';

/** Whether rows of this layout have what a column or an extension reads; there is always room for what it adds. */
function has(layout: Layout): (reads: readonly Read[] | undefined) => boolean {
  const isRead = hasRead(layout);
  return (reads = []) => reads.every((read) => isExtra(read) || isRead(read));
}

/** Throws an UnsupportedError for columns whose data the file does not have. */
export function checkRecorded(columns: readonly Column[], layout: Layout, name: string): void {
  const isThere = has(layout);
  const absent = columns.filter(({ reads }) => !isThere(reads)).map(({ id }) => id);
  if (absent.length > 0)
    throw new UnsupportedError(
      `${name} does not have ${absent.join(', ')}: it was not recorded`,
      `ipft record -f ${shellWord(absent.join(','))}`,
    );
}

/** Throws an UnsupportedError for an extension whose data the file does not have. */
export function checkExtensions({ all }: Extensions, layout: Layout, name: string): void {
  const isThere = has(layout);
  for (const { path, reads, columns } of all) {
    if (!isThere([...reads, ...columns.flatMap((column) => column.reads ?? [])].filter(isOfModule)))
      throw new UnsupportedError(
        `${name} does not have the data of ${path}: it was not recorded with it`,
        `ipft record -e ${shellWord(path)}`,
      );
    checkRecorded(columns, layout, name);
  }
}

const isOfModule = ({ kind }: Read): boolean => kind === 'module';

/**
 * The checks that the options ask for. Throws an UnsupportedError for one whose data the file does not have; those
 * of --family are left out then.
 */
export function checksIn(
  { check, family, failOnCheck }: Pick<ShowOptions, 'check' | 'family' | 'failOnCheck'>,
  layout: Layout,
  name: string,
): readonly Check[] {
  const isThere = has(layout);
  const asked = checksOf({ check: check ?? (family === true ? [...checks.keys()] : []) });
  const absent = asked.filter(({ column }) => !isThere(column.reads));
  const isImplied = check === undefined && failOnCheck !== true;
  for (const { id } of isImplied ? [] : absent)
    throw new UnsupportedError(
      `--check ${id}: ${name} does not have what it checks: it was not recorded`,
      `ipft record --check ${id}`,
    );
  return asked.filter((each) => !absent.includes(each));
}

/** Throws an UnsupportedError if the file has no drops. */
export function checkHasDrops({ description }: TraceReader, name: string): void {
  if (!description.drops)
    throw new UnsupportedError(
      `--drops: ${name} does not have drops: they were not recorded`,
      'ipft record, or ipft --drops -w',
    );
}

/** Throws an UnsupportedError for what the options ask for and the trace of a file does not have. */
export function checkHas({ drops, family }: ShowOptions, reader: TraceReader, name: string): void {
  const { follows, returns } = reader.description;
  const lacks = (what: string, remedy: string): UnsupportedError =>
    new UnsupportedError(`--family: ${name} does not have ${what}`, remedy);
  if (drops) checkHasDrops(reader, name);
  if (family !== true) return;
  if (!follows) throw lacks('relatives: they were not followed', 'ipft record --follow all');
  if (returns) throw lacks('families of calls and returns', 'ipft record --tracer function');
}
