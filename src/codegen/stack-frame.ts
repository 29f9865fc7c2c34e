// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** Stack layout of the code that reads a packet, as offsets from R10. It may use 256 bytes. */
export const STACK = {
  /**
   * copied members of struct sk_buff, until the packet's first bytes are read; then the memory words of the
   * classic program
   */
  members: -256,
  memory: -256,
  /** copy of the packet's first bytes */
  window: -128,
  /** u32: length of the packet */
  length: -32,
  /** result of the last indirect load */
  loaded: -8,
} as const;

/** Bytes for members. */
export const MEMBERS_ROOM = STACK.window - STACK.members;
/**
 * The window may start later than STACK.window by up to this many bytes, so that words of the IP header are
 * aligned.
 */
const LARGEST_SHIFT = 8;
export const WINDOW_ROOM = STACK.length - STACK.window - LARGEST_SHIFT;
