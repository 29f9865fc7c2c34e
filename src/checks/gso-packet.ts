// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { GEOMETRY } from '../core/abi.js';
import { gsoSegs, gsoSize, gsoType, len, type RowReader } from '../core/row.js';
import { charsReader } from '../core/value.js';
import type { GsoTypes } from './gso-types.js';

const TCP = 6;
const UDP = 17;
const HOP_BY_HOP = 0;
const IPV4_LEAST = 20;
const IPV6_HEADER = 40;
const UDP_HEADER = 8;
const TCP_LEAST = 20;
/** Value of a header's offset that is not set; also 0, where the kernel has zeroed the skb. */
const NOT_SET = 0xffff;
/** gso_size of packets whose segments are as long as their fragments (SCTP). */
const BY_FRAGS = 0xffff;
/** Bytes of the IPv6 option in front of a jumbo packet's TCP header, which segments do not have. */
const JUMBO_OPTION = 8;

/** EtherTypes of packets whose network header is that of IP: IPv4, IPv6, VLANs; 0: not set yet. */
const IP_ETHER_TYPES = [0x0800, 0x86dd, 0x8100, 0x88a8, 0];

const isSet = (header: number): boolean => header !== 0 && header !== NOT_SET;

/** An IP header, as far as it was read. */
export interface IpHeader {
  /** 4 or 6; another value: it is no IP header */
  readonly version: number;
  /** protocol, or next header */
  readonly protocol: number;
  /** bytes from this header to the packet's end by its own length member; 0: it does not say */
  readonly bytes: number;
}

const NO_HEADER: IpHeader = { version: 0, protocol: 0, bytes: 0 };

/** Has nothing to read: before the first row. */
const NO_ROWS = new DataView(new ArrayBuffer(0));

/** What a row says of a packet that GSO has to cut, or has cut, read when it is asked for. Offsets are from skb->head. */
export class GsoPacket {
  readonly #ifname: RowReader<string>;
  #rows: DataView = NO_ROWS;
  #at = 0;

  /** `geometry`: offset of the read in rows. */
  constructor(
    readonly types: GsoTypes,
    private readonly geometry: number,
  ) {
    const size = GEOMETRY.protocol - GEOMETRY.ifname;
    this.#ifname = charsReader({ at: geometry + GEOMETRY.ifname, size });
  }

  /** The row that everything is read from, from now on. */
  moveTo(rows: DataView, at: number): void {
    this.#rows = rows;
    this.#at = at;
  }

  #place = (offset: number): number => this.#at + this.geometry + offset;
  #u16 = (offset: number): number => this.#rows.getUint16(this.#place(offset), true);
  #u32 = (offset: number): number => this.#rows.getUint32(this.#place(offset), true);

  get len(): number {
    return len(this.#rows, this.#at);
  }

  get gsoSize(): number {
    return gsoSize(this.#rows, this.#at);
  }

  get gsoSegs(): number {
    return gsoSegs(this.#rows, this.#at);
  }

  get gsoType(): number {
    return gsoType(this.#rows, this.#at);
  }

  /** skb->data */
  get start(): number {
    return this.#u32(GEOMETRY.start);
  }

  /** end of the linear part */
  get tail(): number {
    return this.#u32(GEOMETRY.tail);
  }

  get mtu(): number {
    return this.#u32(GEOMETRY.mtu);
  }

  get features(): bigint {
    return this.#rows.getBigUint64(this.#place(GEOMETRY.features), true);
  }

  get ifname(): string {
    return this.#ifname(this.#rows, this.#at);
  }

  /** EtherType */
  get protocol(): number {
    return this.#rows.getUint16(this.#place(GEOMETRY.protocol), false);
  }

  get mac(): number {
    return this.#u16(GEOMETRY.mac_header);
  }

  get network(): number {
    return this.#u16(GEOMETRY.network_header);
  }

  get transport(): number {
    return this.#u16(GEOMETRY.transport_header);
  }

  get innerNetwork(): number {
    return this.#u16(GEOMETRY.inner_network_header);
  }

  get innerTransport(): number {
    return this.#u16(GEOMETRY.inner_transport_header);
  }

  get checksumStart(): number {
    return this.#u16(GEOMETRY.csum_start);
  }

  get checksumOffset(): number {
    return this.#u16(GEOMETRY.csum_offset);
  }

  /** skb->ip_summed */
  get checksum(): number {
    return this.#u16(GEOMETRY.ip_summed);
  }

  get encapsulated(): boolean {
    return this.#u16(GEOMETRY.encapsulation) !== 0;
  }

  get ip(): IpHeader {
    return ipAt(this.#rows, this.#place(GEOMETRY.network));
  }

  get innerIp(): IpHeader {
    return ipAt(this.#rows, this.#place(GEOMETRY.inner_network));
  }

  get isGso(): boolean {
    return this.gsoSize !== 0;
  }

  has(type: number): boolean {
    return (this.gsoType & type) !== 0;
  }

  /** The headers are those of a packet inside another one. */
  get isTunneled(): boolean {
    return this.encapsulated && isSet(this.innerTransport) && this.innerTransport >= this.transport;
  }

  /** The header of TCP or UDP, which GSO cuts behind. */
  get cut(): number {
    return this.isTunneled ? this.innerTransport : this.transport;
  }

  /** The IP header in front of it. */
  get cutIp(): IpHeader {
    return this.isTunneled ? this.innerIp : this.ip;
  }

  /** True where the headers are all there, and can be read. */
  get hasHeaders(): boolean {
    return (
      IP_ETHER_TYPES.includes(this.protocol) &&
      !this.has(this.types.encrypted) &&
      isSet(this.network) &&
      isSet(this.transport) &&
      (this.ip.version === 4 || this.ip.version === 6)
    );
  }

  /** True if they are in order, too, and the data still begins in front of TCP's or UDP's. */
  get isWhole(): boolean {
    return this.hasHeaders && this.network < this.transport && this.cut >= this.start;
  }

  /** Bytes of the header at `cut`; 0: it is neither TCP nor UDP. */
  get cutBytes(): number {
    const { protocol, version } = this.cutIp;
    const isTcp =
      this.has(this.types.tcp4 | this.types.tcp6) ||
      (this.gsoType === 0 && version !== 0 && protocol === TCP);
    if (isTcp) {
      const header = this.isTunneled ? GEOMETRY.inner_transport : GEOMETRY.transport;
      return tcpBytesAt(this.#rows, this.#place(header));
    }
    const isUdp = this.has(this.types.udp) || (this.gsoType === 0 && protocol === UDP);
    return isUdp ? UDP_HEADER : 0;
  }

  /** Bytes behind the headers; null: unknown. */
  get payload(): number | null {
    const bytes = this.cutBytes;
    if (!this.isWhole || bytes === 0) return null;
    const payload = this.len - (this.cut + bytes - this.start);
    return payload < 0 ? null : payload;
  }

  /** Bytes of the headers of each segment, from the outer IP header on; null: unknown. */
  get headerBytes(): number | null {
    const bytes = this.cutBytes;
    if (!this.isWhole || bytes === 0) return null;
    const isJumbo = this.ip.version === 6 && this.ip.bytes === 0 && this.ip.protocol === HOP_BY_HOP;
    return this.cut + bytes - this.network - (isJumbo ? JUMBO_OPTION : 0);
  }

  /** Bytes from the outer IP header on. */
  get ipBytes(): number {
    return this.len - (this.network - this.start);
  }

  /** The IP header agrees: not so while the kernel is at work on a segment. */
  get isAsLongAsItSays(): boolean {
    return this.ip.bytes === this.ipBytes;
  }

  /** True if all segments but the last have gso_size bytes. */
  get isEven(): boolean {
    return this.isGso && this.gsoSize !== BY_FRAGS && !this.has(this.types.uneven);
  }
}

function ipAt(rows: DataView, at: number): IpHeader {
  const version = rows.getUint8(at) >> 4;
  if (version === 4)
    return (rows.getUint8(at) & 15) * 4 < IPV4_LEAST
      ? NO_HEADER
      : { version, protocol: rows.getUint8(at + 9), bytes: rows.getUint16(at + 2, false) };
  if (version !== 6) return NO_HEADER;
  const payload = rows.getUint16(at + 4, false);
  return { version, protocol: rows.getUint8(at + 6), bytes: payload === 0 ? 0 : payload + IPV6_HEADER };
}

/** By its data offset; 0: it cannot be a TCP header. */
function tcpBytesAt(rows: DataView, at: number): number {
  const bytes = (rows.getUint8(at + 12) >> 4) * 4;
  return bytes < TCP_LEAST ? 0 : bytes;
}
