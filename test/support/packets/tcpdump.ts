// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import type { Bytes } from './packets.js';

/** What tcpdump says of one IP packet; what it does not say is null. */
export interface Shown {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  readonly ttl: number;
  readonly id: number | null;
  readonly fragment: number;
  /** `S.`: one letter for each flag, in tcpdump's order */
  readonly flags: string | null;
  readonly sequence: number | null;
  readonly acknowledgment: number | null;
  /** the ICMP message, in its words */
  readonly icmp: string | null;
}

const RAW_IP = 101;

function capture(packets: readonly Bytes[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65535, 16);
  header.writeUInt32LE(RAW_IP, 20);
  const records = packets.flatMap((bytes) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(bytes.length, 8);
    record.writeUInt32LE(bytes.length, 12);
    return [record, bytes];
  });
  return Buffer.concat([header, ...records]);
}

const numberIn = (text: string, pattern: RegExp): number | null => {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? null : Number(found);
};

/** `10.0.0.1.80` or `fd00::1.80`, as far as there is a port. */
function endpoint(text: string): { address: string; port: number | null } {
  const end = /^(?:\d+\.\d+\.\d+\.\d+|[0-9a-f:]+)(?=\.\d+$)/.exec(text)?.[0];
  if (end === undefined) return { address: text, port: null };
  return { address: end, port: Number(text.slice(end.length + 1)) };
}

/** What tcpdump -v prints, from one `IP (` or `IP6 (` to the next. */
export function parseShown(text: string): Shown {
  const [, from = '', to = ''] = /([0-9a-f.:]+) > ([0-9a-f.:]+): /.exec(text) ?? [];
  const [source, destination] = [endpoint(from), endpoint(to)];
  // behind extension headers the ports stand alone
  const [, fromPort, toPort] = / (\d+) > (\d+): /.exec(text) ?? [];
  const tcp = /: Flags \[([FSRP.UEWe]+|none)\].*/.exec(text);
  return {
    source: source.address,
    destination: destination.address,
    sourcePort: source.port ?? (fromPort === undefined ? null : Number(fromPort)),
    destinationPort: destination.port ?? (toPort === undefined ? null : Number(toPort)),
    ttl: numberIn(text, /(?:ttl|hlim) (\d+)/) ?? -1,
    id: numberIn(text, /\bid (\d+), offset/),
    fragment: numberIn(text, /offset (\d+), flags/) ?? numberIn(text, /frag \(0x[0-9a-f]+:(\d+)\|/) ?? 0,
    flags: tcp?.[1] ?? null,
    sequence: numberIn(tcp?.[0] ?? '', / seq (\d+)[,:]/),
    acknowledgment: numberIn(tcp?.[0] ?? '', / ack (\d+),/),
    icmp: /ICMP(?:6,)? ([a-z][^,(]*)/.exec(text)?.[1]?.trim() ?? null,
  };
}

/** What tcpdump --number prints, packet by packet; without the numbers. */
export const packetsOf = (text: string): string[] => text.split(/^ *\d+ {2}(?=\S)/m).slice(1);

/** What tcpdump -v prints of an IP packet and of those inside it, the outermost first. */
export const levelsOf = (packet: string): string[] =>
  packet.split(/\bIP6? (?:truncated-ip6? - \d+ bytes missing! ?)?(?=\()/).slice(1);

/** For each packet what tcpdump says of it and of those inside it, the outermost first; not of one that an ICMP error quotes. */
export function tcpdump(packets: readonly Bytes[]): Shown[][] {
  const args = ['-n', '-t', '-v', '-S', '--number', '-r', '-'];
  const options = { input: capture(packets), encoding: 'utf8', maxBuffer: 1 << 26 } as const;
  const text = execFileSync('tcpdump', args, { ...options, stdio: ['pipe', 'pipe', 'ignore'] });
  return packetsOf(text).map((packet) => {
    const levels = levelsOf(packet).map(parseShown);
    const quoting = levels.findIndex(({ icmp }) => icmp !== null);
    return quoting < 0 ? levels : levels.slice(0, quoting + 1);
  });
}
