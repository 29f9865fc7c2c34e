import type { Read } from './capture.js';
import type { Column } from './column.js';
import { valueFormats } from './value.js';

/** A column that shows what a path of the kernel's types leads to, by its type. `paths`: the first that the kernel has. */
export function pathColumn(
  column: Pick<Column, 'id' | 'key'> & { readonly header?: string },
  ...paths: readonly [string, ...string[]]
): Column {
  const read: Read = { kind: 'path', paths };
  return {
    width: 0,
    header: column.key,
    description: paths[0],
    ...column,
    reads: [read],
    bind: (context) => valueFormats(context.captured(read), context),
  };
}
