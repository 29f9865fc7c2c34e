// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SkbLayout } from '../../../src/codegen/skb-layout.js';
import { FIXTURES } from '../home.js';

/** A packet as the kernel gets it, and as libpcap does. */
export interface PacketCase {
  /** a frame; BPF_PROG_TEST_RUN makes an skb of it */
  readonly given: Buffer;
  /** skb->mark: with a layout made up, it is any other member of the skb that there is room for */
  readonly mark: number;
  readonly captured: Buffer;
  /** bytes of the packet that were not captured included */
  readonly length: number;
}

/** Machine code for the kernel and for libpcap, which without any finds no match. */
export interface ProgramCase {
  readonly kernel: Uint8Array;
  readonly classic: Uint8Array;
}

/** test/native/fixtures/run_filters.c, compiled. */
export class FilterRunner {
  readonly #folder = mkdtempSync(join(tmpdir(), 'ipft-pcap-'));
  readonly #program = join(this.#folder, 'run_filters');

  constructor(fixtures = FIXTURES) {
    const source = join(fixtures, 'run_filters.c');
    execFileSync('gcc', ['-O1', '-Wall', '-Wextra', '-Werror', source, '-lbpf', '-o', this.#program]);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  /** What each program of both kinds returns for each packet: [kernel, libpcap] for a packet, all packets for a program. */
  run(packets: readonly PacketCase[], programs: readonly ProgramCase[]): Uint32Array {
    const cases = join(this.#folder, 'cases');
    const results = join(this.#folder, 'results');
    writeFileSync(cases, encode(packets, programs));
    execFileSync(this.#program, ['run', cases, results], { maxBuffer: 1 << 24 });
    const bytes = readFileSync(results);
    return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  }

  /** For each of the kernel's programs, ns for a run with this packet, of so many, and what it returns. */
  time(packet: PacketCase, programs: readonly ProgramCase[], repeat: number): [number, number][] {
    const cases = join(this.#folder, 'cases');
    writeFileSync(cases, encode([packet], programs));
    const lines = execFileSync(this.#program, ['time', String(repeat), cases], { encoding: 'utf8' });
    return lines
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map(Number) as [number, number]);
  }

  /** The running kernel's members of struct sk_buff, and where its mark is. */
  layout(): SkbLayout & { readonly mark: number } {
    const lines = execFileSync(this.#program, ['layout'], { encoding: 'utf8' }).trim().split('\n');
    const bits = new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    );
    const bit = (name: string): number => bits.get(name) ?? NaN;
    const at = (name: string): number => bit(name) / 8;
    const flag = (name: string) => ({ offset: bit(name) >> 3, mask: 1 << (bit(name) & 7) });
    return {
      head: at('head'),
      data: at('data'),
      tail: at('tail'),
      len: at('len'),
      mark: at('mark'),
      mac_header: at('mac_header'),
      network_header: at('network_header'),
      inner_network_header: at('inner_network_header'),
      vlan_proto: at('vlan_proto'),
      vlan_tci: at('vlan_tci'),
      vlan_present: bits.has('vlan_present') ? flag('vlan_present') : null,
      cast: bits.has('func bpf_rdonly_cast')
        ? { bpf_rdonly_cast: bit('func bpf_rdonly_cast'), sk_buff: bit('struct sk_buff') }
        : null,
    };
  }
}

function encode(packets: readonly PacketCase[], programs: readonly ProgramCase[]): Buffer {
  return Buffer.concat([
    u32(packets.length),
    ...packets.flatMap(({ mark, length, captured, given }) => [
      u32(mark),
      u32(length),
      sized(captured),
      sized(given),
    ]),
    u32(programs.length),
    ...programs.flatMap(({ kernel, classic }) => [sized(kernel), sized(classic)]),
  ]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

const sized = (bytes: Uint8Array): Buffer => Buffer.concat([u32(bytes.length), bytes]);
