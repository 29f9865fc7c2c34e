import { columns } from '../columns/index.js';
import type { Column, ColumnContext } from '../core/column.js';
import { headerLine, jsonLine, PLAIN, textLine, type Palette } from '../core/line.js';
import type { Output, OutputDescriptor } from '../core/output.js';

function columnsOf(ids: readonly string[]): Column[] {
  return ids.map((id) => {
    const column = columns.get(id);
    if (column === undefined) throw new Error(`no column '${id}'`);
    return column;
  });
}

export interface RenderOptions {
  readonly palette?: Palette;
  /** true when people read the results as they come */
  readonly terminal?: boolean;
}

/** Puts an output together with its columns. Needs no kernel: the rows may be recorded ones. */
export function createOutput(
  descriptor: OutputDescriptor,
  context: ColumnContext,
  { palette = PLAIN, terminal = false }: RenderOptions = {},
): Output {
  const lead = columnsOf(descriptor.lead);
  const fields = columnsOf(descriptor.fields);
  if (descriptor.format === 'json') {
    return descriptor.create({
      line: jsonLine([...lead, ...fields], context),
      header: '',
      palette,
      terminal,
    });
  }
  const line = textLine(lead, fields, context, palette);
  return descriptor.create({ line, header: headerLine(lead, fields), palette, terminal });
}
