// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { droppedBy } from '../core/drop.js';
import { printable } from '../core/printable.js';
import { relationText } from '../core/relation.js';
import type { Way } from '../ways/way.js';

/** `#6`, `#6: segment 1/2 of #5`, `#6: dropped by tcp_v4_rcv+0x1c5: NO_SOCKET`. */
export function packetTitle({ packet, kinship, drops }: Way): string {
  const told: string[] = [];
  const { parent, relation = null, part = 0, of = 0 } = kinship ?? {};
  if (parent === null) told.push('parent unknown');
  else if (parent !== undefined) told.push(`${relationText(relation, part, of)} of #${parent}`);
  told.push(...drops.map(droppedBy));
  return printable(told.length === 0 ? `#${packet}` : `#${packet}: ${told.join(', ')}`);
}
