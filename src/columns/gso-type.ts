// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import type { Column, EnumMembers } from '../core/column.js';
import { remembered, valueCell } from '../core/memo.js';
import { gsoSize, gsoType as readGsoType } from '../core/row.js';
import { madeOf, wordsAt } from '../core/source.js';

const PREFIX = 'SKB_GSO_';
const SOURCE = wordsAt(ROW.gso_type, ROW.gso_size);

/** Names of SKB_GSO_* bits, such as `tcpv4|ipxip6`; bits without a name in hex; '' if none is set. */
export function gsoTypeNames(type: number, members: EnumMembers | null): string {
  const parts: string[] = [];
  let rest = type;
  members?.names.forEach((name, index) => {
    const value = (members.values[index] ?? 0) >>> 0;
    if (value === 0 || (rest & value) >>> 0 !== value) return;
    parts.push(name.startsWith(PREFIX) ? name.slice(PREFIX.length).toLowerCase() : name);
    rest = (rest & ~value) >>> 0;
  });
  if (rest !== 0) parts.push(`0x${rest.toString(16)}`);
  return parts.join('|');
}

/** Kinds of segmentation offload, by the kernel's names. Text shows it for GSO packets only. */
export const gsoType: Column = {
  id: 'gso-type',
  description: 'kinds of segmentation offload',
  key: 'gso_type',
  header: 'gso_type',
  width: 0,
  bind: (context) => {
    const members = context.enumMembers(`${PREFIX}TCPV4`);
    const names = valueCell(readGsoType, (type) => gsoTypeNames(type, members) || '0x0');
    const value = remembered((type: number) => gsoTypeNames(type, members));
    return {
      value: (rows, at) => value(readGsoType(rows, at)),
      text: madeOf(SOURCE, (rows, at, text) => {
        if (gsoSize(rows, at) !== 0) names(rows, at, text);
      }),
      json: (prefix) =>
        madeOf(
          SOURCE,
          valueCell(readGsoType, (type) => prefix + JSON.stringify(value(type))),
        ),
    };
  },
};
