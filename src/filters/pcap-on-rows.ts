// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { PcapFilter } from '../codegen/pcap.js';
import { readClassic } from '../codegen/classic-code.js';
import { ROW_SIZE } from '../core/abi.js';
import type { ClassicInstruction } from '../core/classic-bpf.js';
import { UnsupportedError } from '../core/errors.js';
import { capturedIn, type Layout, type PlacedRead } from '../core/reads.js';
import type { RowReader } from '../core/row.js';
import { ClassicMachine, type Load } from './classic-machine.js';

/*
 * Expressions of pcap-filter(7) on the headers that rows have. Rows have them from the network header on, so an
 * Ethernet header is made up, of which only the EtherType counts.
 */

const ETHERNET_HEADER = 14;
const ETHERTYPE_AT = 12;
const [IPV4, IPV6, ARP, OTHER] = [0x0800, 0x86dd, 0x0806, 0xffff];
/** ARP for IPv4 over Ethernet: the first bytes of its header. */
const ARP_START = 0x0001_0800;

/** Offset of the bytes in the read's data, after their number and the offset of the network header. */
const BYTES = 8;

export const INNER = ['skb->network_header', 'skb->inner_network_header'] as const;

/** The remedy where a file does not have what an expression asks for. */
const LIVE = 'ipft record --filter, which asks when the packet is there';

const refuse = (why: string): UnsupportedError => new UnsupportedError(`--filter: ${why}`, LIVE);

/** Throws an UnsupportedError if a program asks for what rows do not have. */
function checkProgram(program: readonly ClassicInstruction[], hasLink: boolean): void {
  for (const instruction of program) {
    const classic = readClassic(instruction);
    if (classic.does !== 'load') continue;
    if (classic.mode === 'len') throw refuse("packets' lengths (len, less, greater) are not recorded");
    if (hasLink && classic.mode === 'abs' && instruction.k < ETHERTYPE_AT)
      throw refuse('Ethernet addresses are not recorded');
  }
}

function placedRead(layout: Layout, path: string): PlacedRead {
  const placed = layout.reads.find((each) => each.path?.path === path);
  if (placed === undefined) throw new Error(`${path} is not recorded`);
  return placed;
}

/** The bytes of a packet that a row has. */
class RecordedBytes {
  #rows: DataView = new DataView(new ArrayBuffer(0));
  /** where the network header is in the rows, and where the bytes end */
  #network = 0;
  #end = 0;
  /** bytes of the Ethernet header that is made up */
  #link = 0;
  #type = 0;

  /** Loads from the packet as it begins with an Ethernet header, or with its network header. */
  readonly load: Load = (offset, size) => {
    if (offset >= this.#link) return this.#loadFrom(this.#network + offset - this.#link, size);
    if (offset === ETHERTYPE_AT && size === 2) return this.#type;
    return -1;
  };

  /** The packet whose network header is at `network`; `end`: of its bytes; `link`: with an Ethernet header. */
  set(rows: DataView, network: number, end: number, link: boolean): void {
    this.#rows = rows;
    this.#network = network;
    this.#end = end;
    this.#link = link ? ETHERNET_HEADER : 0;
    if (link) this.#type = this.#etherType();
  }

  #loadFrom(at: number, size: number): number {
    if (at + size > this.#end) return -1;
    if (size === 1) return this.#rows.getUint8(at);
    return size === 2 ? this.#rows.getUint16(at) : this.#rows.getUint32(at);
  }

  #etherType(): number {
    const version = this.#loadFrom(this.#network, 1) >> 4;
    if (version === 4) return IPV4;
    if (version === 6) return IPV6;
    return this.#loadFrom(this.#network, 4) === ARP_START ? ARP : OTHER;
  }
}

/** Where the packet begins that an expression is for, as an offset from the network header; null: nowhere. */
type Begin = RowReader<number | null>;

function innerBegin(layout: Layout): Begin {
  const captured = capturedIn(layout);
  const [outer, inner] = INNER.map((path) => captured(placedRead(layout, path).read).at) as [number, number];
  return (rows, at) => {
    const [outerAt, innerAt] = [rows.getUint16(at + outer, true), rows.getUint16(at + inner, true)];
    return innerAt === 0 || innerAt < outerAt ? null : innerAt - outerAt;
  };
}

/**
 * Whether an expression matches the headers of rows. Throws an UnsupportedError for one that asks for more than
 * they have.
 * @param inner true: it is for the headers inside a tunnel, and rows have the paths of INNER
 */
export function pcapOnRows(filter: PcapFilter, inner: boolean, layout: Layout): RowReader<boolean> {
  const headers = layout.reads.find(({ read }) => read.kind === 'headers');
  if (headers === undefined)
    throw new UnsupportedError(
      "--filter: packets' headers were not recorded",
      'ipft record with fewer fields, which leave room for them',
    );
  if (filter.vlan) throw refuse('VLAN tags are not recorded');
  const program = (inner ? null : filter.ethernet) ?? filter.raw ?? [];
  const isEthernet = !inner && filter.ethernet !== null;
  checkProgram(program, isEthernet);
  const machine = new ClassicMachine(program);
  const bytes = new RecordedBytes();
  const begin: Begin = inner ? innerBegin(layout) : () => 0;
  const { isAbsent } = capturedIn(layout)(headers.read);
  const offset = ROW_SIZE + headers.dataOffset;
  return (rows, at) => {
    if (isAbsent(rows, at)) return false;
    const from = begin(rows, at);
    if (from === null) return false;
    const start = at + offset + BYTES;
    const length = Math.min(rows.getUint32(at + offset, true), headers.size - BYTES);
    bytes.set(rows, start + rows.getUint32(at + offset + 4, true) + from, start + length, isEthernet);
    return machine.run(bytes.load);
  };
}
