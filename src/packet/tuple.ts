// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { pieceOf, type Piece, type TextBuffer } from '../core/text-buffer.js';
import { writeDestination, writeSource } from './address.js';
import { destinationPort, icmpCode, icmpType, sourcePort, tcpFlags } from './header-values.js';
import { type Headers, NONE } from './headers.js';
import { icmpTypeName, PROTOCOL, protocolName, tcpFlagNames } from './protocols.js';

const OPEN = 0x28;
const CLOSE = 0x29;
const SLASH = 0x2f;
const COLON = 0x3a;
const GREATER = 0x3e;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const FRAGMENT = pieceOf(':frag@');

/** Caches the text for each number. */
function remembered(format: (value: number) => string): (value: number) => Piece {
  const known: (Piece | undefined)[] = [];
  return (value) => (known[value] ??= pieceOf(format(value)));
}

const protocolPiece = remembered(protocolName);
const tcpFlagsPiece = remembered((flags) => `:${tcpFlagNames(flags)}`);
const icmpPiece = remembered((type) => `:${icmpTypeName(PROTOCOL.icmp, type)}`);
const icmpv6Piece = remembered((type) => `:${icmpTypeName(PROTOCOL.icmpv6, type)}`);

/**
 * Writes source and destination without spaces: `10.0.0.1:43210>10.0.0.10:80(tcp:SYN|ACK)`,
 * `[fd00::1]:53>[fd00::2]:999(udp)`, `10.0.0.1>10.0.0.2(icmp:destination-unreachable/1)` with the code if it
 * is not 0, and for later fragments `10.0.0.1>10.0.0.2(udp:frag@1480)`. What is beyond the available bytes is
 * left out.
 */
export function writeTuple(view: DataView, headers: Headers, text: TextBuffer): void {
  writeEndpoint(view, headers, writeSource, sourcePort(view, headers), text);
  text.character(GREATER);
  writeEndpoint(view, headers, writeDestination, destinationPort(view, headers), text);
  text.character(OPEN);
  text.piece(protocolPiece(headers.protocol));
  writeDetail(view, headers, text);
  text.character(CLOSE);
}

function writeEndpoint(
  view: DataView,
  headers: Headers,
  writeAddress: typeof writeSource,
  port: number,
  text: TextBuffer,
): void {
  const isBracketed = headers.version === 6 && port !== NONE;
  if (isBracketed) text.character(OPEN_BRACKET);
  writeAddress(view, headers, text);
  if (isBracketed) text.character(CLOSE_BRACKET);
  if (port === NONE) return;
  text.character(COLON);
  text.number(port);
}

function writeDetail(view: DataView, headers: Headers, text: TextBuffer): void {
  if (headers.fragment !== 0) {
    text.piece(FRAGMENT);
    return text.number(headers.fragment);
  }
  const flags = tcpFlags(view, headers);
  if (flags !== NONE) return text.piece(tcpFlagsPiece(flags));
  const type = icmpType(view, headers);
  if (type === NONE) return;
  text.piece((headers.protocol === PROTOCOL.icmp ? icmpPiece : icmpv6Piece)(type));
  const code = icmpCode(view, headers);
  if (code <= 0) return;
  text.character(SLASH);
  text.number(code);
}
