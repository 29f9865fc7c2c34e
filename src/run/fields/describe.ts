// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { FieldsOptions } from '../../core/options.js';
import type { Addon, ListedField } from '../../native/types.js';
import { pathError } from '../../plan/resolve-path.js';
import { native } from '../../native/call.js';

/** What a field may be called, beside paths. */
export interface NamedField {
  readonly id: string;
  readonly description: string;
}

/** What `ipft fields` lists without a path, beside the roots of paths. */
export interface NamedFields {
  readonly columns: readonly NamedField[];
  /** their ids without the @ */
  readonly sets: readonly NamedField[];
}

/** What the path or struct holds, of `null` the roots of paths. */
function listFields(addon: Addon, path: string | null): readonly ListedField[] {
  const fields = native("reading the kernel's types", () => addon.listFields(path));
  if ('error' in fields) throw pathError(path ?? '', fields);
  return fields;
}

/** A line for each cell row, all but the last cell padded. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
    .map((row) => `${row.join('  ').trimEnd()}\n`)
    .join('');
}

const declared = ({ type, bitSize }: ListedField): string => (bitSize === 0 ? type : `${type} : ${bitSize}`);

/** Rows PATH TYPE, with `->` or `.` behind what has members of its own; titles are for people only. */
function fieldsText(fields: readonly ListedField[], titles: boolean): string {
  const title = ['PATH', 'TYPE', 'MEMBERS BEHIND'];
  const rows = fields.map((field) => [field.path, declared(field), field.continuation]);
  return table(titles ? [title, ...rows] : rows);
}

/** A JSON object a line for each field. */
function fieldsJson(fields: readonly ListedField[]): string {
  const line = ({ path, type, bitSize, continuation }: ListedField): string =>
    `${JSON.stringify({ path, type, bit_size: bitSize, continuation })}\n`;
  return fields.map(line).join('');
}

interface Kind {
  readonly kind: 'column' | 'set' | 'root';
  readonly title: string;
  readonly fields: readonly NamedField[];
}

function kindsOf({ columns, sets }: NamedFields, roots: readonly ListedField[]): Kind[] {
  const at = sets.map(({ id, description }) => ({ id: `@${id}`, description }));
  const named = roots.map(({ path, type }) => ({ id: path, description: type }));
  const kinds: Kind[] = [
    { kind: 'column', title: 'Fields', fields: columns },
    { kind: 'set', title: 'Sets of them', fields: at },
    { kind: 'root', title: "Roots of paths: 'ipft fields skb' shows what is behind", fields: named },
  ];
  return kinds.filter(({ fields }) => fields.length > 0);
}

/** Everything that a field may begin with, under titles. */
function overviewText(kinds: readonly Kind[]): string {
  const part = ({ title, fields }: Kind): string =>
    `${title}:\n${table(fields.map(({ id, description }) => [`  ${id}`, description]))}`;
  return kinds.map(part).join('\n');
}

/** The same as a JSON object a line. */
function overviewJson(kinds: readonly Kind[]): string {
  const lines = kinds.flatMap(({ kind, fields }) =>
    fields.map(({ id, description }) => JSON.stringify({ kind, id, description })),
  );
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * What can be printed on this kernel, as text: without a path what there is to begin with. Throws a UsageError for a path
 * of no kernel, an UnsupportedError for what this one has not. `titles`: for people.
 */
export function describeFields(
  addon: Addon,
  named: NamedFields,
  { path, json }: FieldsOptions,
  titles: boolean,
): string {
  const overview = json ? overviewJson : overviewText;
  if (path === undefined) return overview(kindsOf(named, listFields(addon, null)));
  const columns = named.columns.filter(({ id }) => id === path);
  const sets = named.sets.filter(({ id }) => `@${id}` === path);
  const called = kindsOf({ columns, sets }, []);
  if (called.length > 0) return overview(called);
  const listed = listFields(addon, path);
  return json ? fieldsJson(listed) : fieldsText(listed, titles);
}
