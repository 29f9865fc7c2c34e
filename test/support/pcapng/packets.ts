// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only

/** An enhanced packet block of a pcapng file. */
export interface ShownPacket {
  /** if_name of its interface */
  readonly interface: string;
  /** ns, without the interface's offset */
  readonly time: bigint;
  readonly bytes: string;
  readonly length: number;
  readonly comments: readonly string[];
  /** epb_flags */
  readonly flags: number;
  readonly id: bigint;
  readonly dropped: bigint | null;
  readonly queue: number | null;
}

type Options = ReadonlyMap<number, readonly Buffer[]>;

const [INTERFACE, PACKET] = [1, 6];
const toWords = (size: number): number => Math.ceil(size / 4) * 4;

function optionsFrom(block: Buffer, from: number): Options {
  const options = new Map<number, Buffer[]>();
  for (let at = from; at + 4 < block.length - 4;) {
    const [code, size] = [block.readUInt16LE(at), block.readUInt16LE(at + 2)];
    if (code === 0) break;
    options.set(code, [...(options.get(code) ?? []), block.subarray(at + 4, at + 4 + size)]);
    at += 4 + toWords(size);
  }
  return options;
}

function packetIn(block: Buffer, names: readonly string[]): ShownPacket {
  const size = block.readUInt32LE(20);
  const options = optionsFrom(block, 28 + toWords(size));
  const first = (code: number): Buffer | undefined => options.get(code)?.[0];
  return {
    interface: names[block.readUInt32LE(8)] ?? '',
    time: (BigInt(block.readUInt32LE(12)) << 32n) | BigInt(block.readUInt32LE(16)),
    bytes: block.subarray(28, 28 + size).toString('hex'),
    length: block.readUInt32LE(24),
    comments: (options.get(1) ?? []).map(String),
    flags: first(2)?.readUInt32LE() ?? 0,
    id: first(5)?.readBigUInt64LE() ?? 0n,
    dropped: first(4)?.readBigUInt64LE() ?? null,
    queue: first(6)?.readUInt32LE() ?? null,
  };
}

/** The packets of a pcapng file of one section. */
export function packetsIn(file: Buffer): ShownPacket[] {
  const names: string[] = [];
  const packets: ShownPacket[] = [];
  for (let at = 0; at < file.length;) {
    const size = file.readUInt32LE(at + 4);
    const block = file.subarray(at, at + size);
    if (block.readUInt32LE(size - 4) !== size) throw new Error(`the block at ${at} has two sizes`);
    const type = block.readUInt32LE(0);
    if (type === INTERFACE) names.push(String(optionsFrom(block, 16).get(2)?.[0] ?? ''));
    if (type === PACKET) packets.push(packetIn(block, names));
    at += size;
  }
  return packets;
}
