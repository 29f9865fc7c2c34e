// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { FieldsOptions } from '../../core/options.js';
import type { Addon, ListedField } from '../../native/types.js';
import { pathError } from '../../plan/resolve-path.js';
import { native } from '../../native/call.js';

/** A field that is not a path: name and description. */
export interface NamedField {
  readonly id: string;
  readonly description: string;
}

/** What `ipft fields` lists without a path, besides the roots of paths. */
export interface NamedFields {
  readonly columns: readonly NamedField[];
  /** ids without the @ */
  readonly sets: readonly NamedField[];
}

/** Members of the path or struct; for `null` the roots of paths. */
function listFields(addon: Addon, path: string | null): readonly ListedField[] {
  const fields = native("reading the kernel's types", () => addon.listFields(path));
  if ('error' in fields) throw pathError(path ?? '', fields);
  return fields;
}

/** Formats rows of cells as lines; all cells but the last are padded. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
    .map((row) => `${row.join('  ').trimEnd()}\n`)
    .join('');
}

const declared = ({ type, bitSize }: ListedField): string => (bitSize === 0 ? type : `${type} : ${bitSize}`);

/** Rows PATH TYPE, with `->` or `.` appended to paths that have members; titles are for people only. */
function fieldsText(fields: readonly ListedField[], titles: boolean): string {
  const title = ['PATH', 'TYPE', 'MEMBERS BEHIND'];
  const rows = fields.map((field) => [field.path, declared(field), field.continuation]);
  return table(titles ? [title, ...rows] : rows);
}

/** One JSON object per field, one per line. */
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
    { kind: 'root', title: "Roots of paths: 'ipft fields skb' lists the members", fields: named },
  ];
  return kinds.filter(({ fields }) => fields.length > 0);
}

/** Everything that a field may begin with, under titles. */
function overviewText(kinds: readonly Kind[]): string {
  const part = ({ title, fields }: Kind): string =>
    `${title}:\n${table(fields.map(({ id, description }) => [`  ${id}`, description]))}`;
  return kinds.map(part).join('\n');
}

/** Like overviewText(), as one JSON object per line. */
function overviewJson(kinds: readonly Kind[]): string {
  const lines = kinds.flatMap(({ kind, fields }) =>
    fields.map(({ id, description }) => JSON.stringify({ kind, id, description })),
  );
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * Text of `ipft fields`: what can be printed on this kernel; without a path, an overview. Throws a UsageError
 * for a path that is wrong on any kernel, an UnsupportedError for one that this kernel does not have.
 * `titles`: for people.
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
