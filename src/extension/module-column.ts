// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { MODULE_DATA } from '../core/abi.js';
import type { Captured, Read } from '../core/reads.js';
import type { Column, ColumnContext } from '../core/column.js';
import { enumName, numberReader, quoted, valueFormats } from '../core/value.js';
import type { ResolvedPath } from '../core/field-path.js';
import type { RowReader } from '../core/row.js';
import type { ExtensionMember } from '../native/types.js';

export const MODULE: Read = { kind: 'module' };

/** Describes the member in the form of a resolved path. */
function asPath({ name, size, bitOffset, bitSize, kind }: ExtensionMember): ResolvedPath {
  const plain = { root: 'skb', steps: [], bigEndian: false, type: '', enumName: null } as const;
  return { ...plain, path: name, size, bitOffset, bitSize, kind: kind === 'char' ? 'chars' : kind };
}

/** Names of the bits, such as `a|b`; bits without a name in hex; 0x0 if none is set. */
function flagNames({ names }: ExtensionMember, value: bigint): string {
  let rest = value;
  const parts: string[] = [];
  names?.names.forEach((name, index) => {
    const flag = BigInt.asUintN(64, BigInt(names.values[index] ?? 0));
    if (flag === 0n || (rest & flag) !== flag) return;
    parts.push(name);
    rest &= ~flag;
  });
  if (rest !== 0n || parts.length === 0) parts.push(`0x${rest.toString(16)}`);
  return parts.join('|');
}

/** Reader for a member that has its own format, or is an enum; null for others. */
function formatOf(member: ExtensionMember, captured: Captured): RowReader<string> | null {
  const { format, kind, names, size, bitSize } = member;
  const read = numberReader(captured);
  const bits = bitSize || size * 8;
  const unsigned: RowReader<bigint> = (rows, at) => BigInt.asUintN(bits, read(rows, at));
  if (format === 'hex') return (rows, at) => `0x${unsigned(rows, at).toString(16)}`;
  if (format === 'enum_flags') return (rows, at) => flagNames(member, unsigned(rows, at));
  if (format === 'enum' || kind === 'enum')
    return (rows, at) => enumName(names, Number(read(rows, at)), bits);
  return null;
}

function bind(member: ExtensionMember, context: ColumnContext): ReturnType<Column['bind']> {
  const data = context.captured(MODULE);
  const captured = { ...data, at: data.at + member.offset, size: member.size, path: asPath(member) };
  const named = formatOf(member, captured);
  if (named === null) return valueFormats(captured, context);
  return quoted(named);
}

/** A column that shows a member of what an extension's module() has written. */
export function moduleColumn(member: ExtensionMember): Column {
  return {
    id: `module ${member.name}`,
    description: `the extension's ${member.name}, of ${MODULE_DATA} bytes that it has`,
    key: member.name,
    header: member.name,
    width: 0,
    reads: [MODULE],
    bind: (context) => bind(member, context),
  };
}
