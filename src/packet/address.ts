// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TextBuffer } from '../core/text-buffer.js';
import type { Headers } from './headers.js';

const DOT = 0x2e;
const COLON = 0x3a;
/** Number of 16-bit groups in an IPv6 address. */
const GROUPS = 8;
const HEX_DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

export function writeSource(view: DataView, { ip, version }: Headers, text: TextBuffer): void {
  if (version === 4) writeIpv4(view, ip + 12, text);
  else writeIpv6(view, ip + 8, text);
}

export function writeDestination(view: DataView, { ip, version }: Headers, text: TextBuffer): void {
  if (version === 4) writeIpv4(view, ip + 16, text);
  else writeIpv6(view, ip + 24, text);
}

function writeIpv4(view: DataView, at: number, text: TextBuffer): void {
  for (let i = 0; i < 4; i++) {
    if (i > 0) text.character(DOT);
    text.number(view.getUint8(at + i));
  }
}

/**
 * Writes an IPv6 address as in RFC 5952: the longest run of zeros, the first if there are several, is written
 * `::`.
 */
function writeIpv6(view: DataView, at: number, text: TextBuffer): void {
  const isMapped = isIpv4Mapped(view, at);
  const count = isMapped ? GROUPS - 2 : GROUPS;
  const zeros = longestZeros(view, at, count);
  for (let group = 0; group < count; group++) {
    if (group > 0 || group === zeros) text.character(COLON);
    if (group === zeros) {
      while (group + 1 < count && groupAt(view, at, group + 1) === 0) group++;
      if (group + 1 === count) text.character(COLON);
    } else {
      writeHex(groupAt(view, at, group), text);
    }
  }
  if (!isMapped) return;
  text.character(COLON);
  writeIpv4(view, at + 12, text);
}

const groupAt = (view: DataView, at: number, group: number): number => view.getUint16(at + 2 * group);

/** True for addresses in `::ffff:0:0/96`, whose last part is written as an IPv4 address. */
const isIpv4Mapped = (view: DataView, at: number): boolean =>
  view.getUint32(at) === 0 && view.getUint32(at + 4) === 0 && view.getUint32(at + 8) === 0xffff;

/** The first group of the longest run of at least two zeros; -1 if there is none. */
function longestZeros(view: DataView, at: number, count: number): number {
  let best = -1;
  let longest = 1;
  let length = 0;
  for (let group = 0; group < count; group++) {
    length = groupAt(view, at, group) === 0 ? length + 1 : 0;
    if (length > longest) {
      longest = length;
      best = group + 1 - length;
    }
  }
  return best;
}

/** Writes 16 bits in hex without leading zeros. */
function writeHex(value: number, text: TextBuffer): void {
  for (let shift = value > 0xfff ? 12 : value > 0xff ? 8 : value > 0xf ? 4 : 0; shift >= 0; shift -= 4)
    text.character(HEX_DIGITS[(value >> shift) & 15] ?? 0);
}
