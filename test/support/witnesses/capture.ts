// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packetsOf } from '../packets/tcpdump.js';
import { run, until } from '../kernel/system.js';

/** What tcpdump says of one packet. */
export interface CapturedPacket {
  /** of the device and the link, such as `veth Out ifindex 2 ... ethertype IPv4 (0x0800), length 104: ...` */
  readonly link: string;
  /** of its headers */
  readonly headers: string;
}

/** Of a file of libpcap's, in this machine's byte order, and of each packet in it. */
const FILE_HEADER = 24;
const PACKET_HEADER = 16;

/** The packets in a file as tcpdump writes it. */
function packetsIn(file: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  for (let at = FILE_HEADER; at < file.length;) {
    const end = at + PACKET_HEADER + file.readUInt32LE(at + 8);
    packets.push(file.subarray(at + PACKET_HEADER, end));
    at = end;
  }
  return packets;
}

/** tcpdump on one or all devices of a network namespace: the kernel hands it packets in tpacket_rcv(). */
export class Capture {
  readonly #folder = mkdtempSync(join(tmpdir(), 'ipft-capture-'));
  readonly #file = join(this.#folder, 'packets.pcap');
  readonly #inside: readonly string[];
  readonly #child: ChildProcess;
  #said = '';

  private constructor(namespace: string, device: string, snaplen: number) {
    this.#inside = ['netns', 'exec', namespace, 'tcpdump'];
    // -s: a slot of its buffer has room for so much, and its default leaves it 8 slots. -Z root: as another user it may not write here.
    const args = [
      '--immediate-mode',
      ...['-s', `${snaplen}`, '-B', '32768'],
      '-Z',
      'root',
      '-i',
      device,
      '-U',
      '-w',
      this.#file,
    ];
    this.#child = spawn('ip', [...this.#inside, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
  }

  static async start(namespace: string, device = 'any', snaplen = 1024): Promise<Capture> {
    const capture = new Capture(namespace, device, snaplen);
    await until('tcpdump to listen', () => capture.#said.includes(`listening on ${device}`));
    return capture;
  }

  /** Resolves when a packet with these bytes is in the file: what tcpdump has not read when it is told to end, it leaves out. */
  async has(bytes: Buffer): Promise<void> {
    await until('tcpdump to write down a packet', () => readFileSync(this.#file).includes(bytes));
  }

  /** Ends tcpdump, and checks that the kernel has handed it all packets. */
  async stop(): Promise<void> {
    this.#child.kill('SIGINT');
    await once(this.#child, 'exit');
    if (!/^0 packets dropped by kernel$/m.test(this.#said)) throw new Error(`tcpdump: ${this.#said}`);
  }

  /** Ends tcpdump. Returns the packets in their order. */
  async end(): Promise<CapturedPacket[]> {
    await this.stop();
    const [headers, links] = [this.#read('-v', '-S'), this.#read('-e')];
    return headers.map((text, i) => ({ headers: text, link: links[i] ?? '' }));
  }

  /** The packets that an expression matches, as pcap-filter(7) has it: after stop(), or by so far as they are in the file. */
  matching(expression: string): Buffer[] {
    const args = ['-r', this.#file, '-w', '-', expression];
    return packetsIn(
      execFileSync('tcpdump', args, { maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  }

  /** Ends it, however far it has come: while it listens, other tests' packets have copies. */
  close(): void {
    this.#child.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #read(...how: string[]): string[] {
    return packetsOf(run('ip', ...this.#inside, '-n', '-t', '--number', ...how, '-r', this.#file));
  }
}
