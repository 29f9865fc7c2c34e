// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** What the code that reads a packet keeps on its stack: offsets from R10. 256 bytes are its share. */
export const STACK = {
  /** members of struct sk_buff, until the packet's first bytes are read; then the memory of the classic program */
  members: -256,
  memory: -256,
  /** the packet's first bytes */
  window: -128,
  /** u32, the packet's length */
  length: -32,
  /** what the last indirect load has read */
  loaded: -8,
} as const;

/** Bytes there. */
export const MEMBERS_ROOM = STACK.window - STACK.members;
/** The window does not begin at its place, but so far behind it that the words of the IP header are aligned. */
const LARGEST_SHIFT = 8;
export const WINDOW_ROOM = STACK.length - STACK.window - LARGEST_SHIFT;
