// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { prefixed, type Column, type ColumnContext } from '../core/column.js';
import { printable, printableJson } from '../core/printable.js';
import { enteredNamespace, hasCrossed, hasLostMark, mark } from '../core/row.js';

/** What has happened to a packet since its last call. */
export interface Crossing {
  /** inode of the network namespace that the packet has come into */
  readonly entered_netns?: number;
  /** its name in `ip netns`; null: it has none */
  readonly entered_netns_name?: string | null;
  /** the packet has lost the mark that was asked for */
  readonly mark_lost?: true;
}

const NOTHING: Crossing = {};

const crossingIn =
  (context: ColumnContext) =>
  (rows: DataView, at: number): Crossing => {
    const [crossed, unmarked] = [hasCrossed(rows, at), hasLostMark(rows, at)];
    if (!crossed && !unmarked) return NOTHING;
    const inode = enteredNamespace(rows, at);
    return {
      ...(crossed ? { entered_netns: inode, entered_netns_name: context.namespaceName(inode) } : {}),
      ...(unmarked ? { mark_lost: true } : {}),
    };
  };

/** In words, for lines of text. */
function linesOf(
  { entered_netns: inode, entered_netns_name: name, mark_lost: isLost }: Crossing,
  left: number,
): string[] {
  const named = name === null || name === undefined ? `${inode}` : `${printable(name)} (${inode})`;
  return [
    ...(inode === undefined ? [] : [`> network namespace ${named}`]),
    ...(isLost === true ? [`> mark lost: now 0x${left.toString(16)}`] : []),
  ];
}

/** Where a packet has come into another network namespace, or has lost its mark. */
export const crossing: Column = {
  id: 'crossing',
  description: 'where the packet has come into another network namespace, or has lost its mark',
  key: 'crossing',
  header: 'crossing',
  width: 0,
  ofReturns: true, // returns have none
  ownNames: true,
  below: true,
  bind: (context) => {
    const crossingAt = crossingIn(context);
    return {
      text: (rows, at, text) => text.string(linesOf(crossingAt(rows, at), mark(rows, at)).join('\n    ')),
      json: (prefix) =>
        prefixed(prefix, (rows, at, text) => text.string(printableJson(crossingAt(rows, at)))),
      value: crossingAt,
    };
  },
};
