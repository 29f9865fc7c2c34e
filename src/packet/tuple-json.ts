// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { pieceOf, TextBuffer, type Piece } from '../core/text-buffer.js';
import { writeDestination, writeSource } from './address.js';
import {
  destinationPort,
  icmpCode,
  icmpType,
  type PacketReader,
  sourcePort,
  tcpFlags,
} from './header-values.js';
import { type Headers, NONE } from './headers.js';
import { protocolName, tcpFlagNames } from './protocols.js';

const SOURCE = pieceOf('{"saddr":"');
const DESTINATION = pieceOf('","daddr":"');
const PROTOCOL = pieceOf('","protocol":"');
const QUOTE = pieceOf('"');
const FRAGMENT = pieceOf(',"fragment_offset":');
const TCP_FLAGS = pieceOf(',"tcp_flags":"');
const END = pieceOf('}');

const NUMBERS: readonly (readonly [string, Piece, PacketReader])[] = Object.entries({
  sport: sourcePort,
  dport: destinationPort,
  icmp_type: icmpType,
  icmp_code: icmpCode,
}).map(([key, read]) => [key, pieceOf(`,"${key}":`), read]);

/**
 * Writes the tuple as a JSON object: saddr, daddr, protocol (a name, or the number as a string), then, as far
 * as the packet has them and the bytes include them: sport, dport, icmp_type, icmp_code, tcp_flags
 * (`SYN|ACK`) and fragment_offset (bytes, in later fragments).
 */
export function writeTupleJson(view: DataView, headers: Headers, text: TextBuffer): void {
  text.piece(SOURCE);
  writeSource(view, headers, text);
  text.piece(DESTINATION);
  writeDestination(view, headers, text);
  text.piece(PROTOCOL);
  text.string(protocolName(headers.protocol));
  text.piece(QUOTE);
  for (const [, piece, read] of NUMBERS) writeNumber(piece, read(view, headers), text);
  const flags = tcpFlags(view, headers);
  if (flags !== NONE) {
    text.piece(TCP_FLAGS);
    text.string(tcpFlagNames(flags));
    text.piece(QUOTE);
  }
  if (headers.fragment !== 0) writeNumber(FRAGMENT, headers.fragment, text);
  text.piece(END);
}

function writeNumber(key: Piece, value: number, text: TextBuffer): void {
  if (value === NONE) return;
  text.piece(key);
  text.number(value);
}

const scratch = new TextBuffer();

function addressOf(write: typeof writeSource, view: DataView, headers: Headers): string {
  write(view, headers, scratch);
  return scratch.cutString(0);
}

/** The tuple as an object with the members of its JSON. */
export function tupleOf(view: DataView, headers: Headers): object {
  const flags = tcpFlags(view, headers);
  const numbers = NUMBERS.map(([key, , read]) => [key, read(view, headers)] as const);
  return {
    saddr: addressOf(writeSource, view, headers),
    daddr: addressOf(writeDestination, view, headers),
    protocol: protocolName(headers.protocol),
    ...Object.fromEntries(numbers.filter(([, value]) => value !== NONE)),
    ...(flags === NONE ? {} : { tcp_flags: tcpFlagNames(flags) }),
    ...(headers.fragment === 0 ? {} : { fragment_offset: headers.fragment }),
  };
}
