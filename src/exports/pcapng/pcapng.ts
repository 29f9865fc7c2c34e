// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { crc32 } from 'node:zlib';
import type { Batch } from '../../core/batch.js';
import { UnsupportedError } from '../../core/errors.js';
import type { InterfaceKind } from '../../core/export-kinds.js';
import type { ShownTrace } from '../../core/output.js';
import { NO_LAYOUT } from '../../core/reads.js';
import { offsetOfBytes, snapReader, type Snap } from '../../core/packet-bytes.js';
import { printable } from '../../core/printable.js';
import { isDrop, isHidden, isLast, isReturn, packet, timeNs } from '../../core/row.js';
import type { Summary } from '../../core/summary.js';
import { version } from '../../core/version.js';
import { interfaceBlock, packetBlock, sectionBlock, type Packet } from './blocks.js';
import { Comments, pair } from './comments.js';
import { flagsOf } from './direction.js';
import { frameOf, MOST_ADDED, type Frame } from './frame.js';

const SECOND = 1_000_000_000n;

/** The longest packet that libpcap and Wireshark take. */
const LONGEST = 262_144;

/** Packets whose last frame is remembered; the first ones are forgotten. */
const MOST_PACKETS = 262_144;

/** Makes a pcapng file of a trace with packets' bytes: docs/pcapng.md. */
export class Pcapng {
  readonly #comments: Comments;
  readonly #snapOf;
  readonly #snaplen: number;
  readonly #interfaceKind: InterfaceKind;
  readonly #patchesLength: boolean;
  /** whole seconds of the clock's offset, and the rest, which time stamps carry */
  readonly #seconds: bigint;
  readonly #fraction: bigint;
  /** interfaces by what they are */
  readonly #interfaces = new Map<string, number>();
  /** by packet, its last frame: a checksum and the length */
  readonly #last = new Map<number, string>();
  /** the last packet, which gets what is known at the end */
  #held: Packet | null = null;
  #pieces: Uint8Array[] = [];
  #frames = 0;

  /** Throws an UnsupportedError for a trace without packets' bytes. */
  constructor(private readonly trace: ShownTrace) {
    const { layout = NO_LAYOUT, snaplen, interfaces = 'device', patchLength = false } = trace.frames ?? {};
    if (snaplen === undefined || offsetOfBytes(layout) === null)
      throw new UnsupportedError('pcapng: the trace has no bytes of packets', 'ipft record --snaplen');
    this.#comments = new Comments(trace);
    this.#snapOf = snapReader(layout);
    this.#snaplen = snaplen + MOST_ADDED;
    this.#interfaceKind = interfaces;
    this.#patchesLength = patchLength;
    const { realOffsetNs } = trace.clock;
    this.#fraction = ((realOffsetNs % SECOND) + SECOND) % SECOND;
    this.#seconds = (realOffsetNs - this.#fraction) / SECOND;
    const os = `Linux ${printable(trace.kernel)}`;
    this.#pieces.push(
      sectionBlock({ os, application: `ipft ${version()}`, comments: [pair('interfaces', interfaces)] }),
    );
  }

  /** Returns what is to be written for a batch. */
  take(batch: Batch): Uint8Array {
    const { rows, count, rowSize } = batch;
    for (let at = 0; at < count * rowSize; at += rowSize) {
      if (!isHidden(rows, at) && !isReturn(rows, at)) this.#event(batch, at);
      if (isLast(rows, at)) this.#last.delete(packet(rows, at));
    }
    return this.#taken();
  }

  /** Returns the rest. `summary`: null: it is not known what was lost. */
  end(summary: Pick<Summary, 'lost'> | null): Uint8Array {
    const lost = summary?.lost ?? 0;
    if (this.#held !== null) {
      const told = lost === 0 ? [] : [`${pair('lost', lost)} somewhere in the trace`];
      this.#pass({ ...this.#held, dropped: lost, comments: [...this.#held.comments, ...told] });
    }
    this.#held = null;
    return this.#taken();
  }

  #taken(): Uint8Array {
    const pieces = this.#pieces;
    this.#pieces = [];
    return Buffer.concat(pieces);
  }

  #event(batch: Batch, at: number): void {
    const snap = this.#snapOf(batch, at);
    const frame = frameOf(snap);
    if (this.#interfaceKind === 'function' || this.#isNew(batch.rows, at, snap, frame))
      this.#add(batch.rows, at, snap, frame);
  }

  /** True if the packet's bytes are others than at its last frame, or if it is dropped. */
  #isNew(rows: DataView, at: number, snap: Snap | null, { bytes, length }: Frame): boolean {
    if (isDrop(rows, at)) return true;
    if (snap === null) return false;
    const number = packet(rows, at);
    const key = `${crc32(bytes)} ${bytes.length} ${length}`;
    if (this.#last.get(number) === key) return false;
    this.#last.delete(number);
    this.#last.set(number, key);
    if (this.#last.size > MOST_PACKETS)
      for (const first of this.#last.keys()) {
        this.#last.delete(first);
        break;
      }
    return true;
  }

  #add(rows: DataView, at: number, snap: Snap | null, frame: Frame): void {
    const time = timeNs(rows, at);
    const isTooLong = this.#patchesLength && frame.length > LONGEST;
    const comments = [
      ...this.#comments.of(rows, at, snap, frame),
      ...(isTooLong ? [pair('length', frame.length)] : []),
      ...(this.#frames === 0 ? [pair('first_monotonic_ns', time)] : []),
    ];
    const added: Packet = {
      interface: this.#interface(rows, at, snap),
      time: time + this.#fraction,
      bytes: frame.bytes,
      length: isTooLong ? LONGEST : frame.length,
      flags: snap === null ? 0 : flagsOf(snap),
      id: packet(rows, at),
      queue: snap?.queue ?? null,
      dropped: 0,
      comments,
    };
    if (this.#held !== null) this.#pass(this.#held);
    this.#held = { ...added, bytes: Uint8Array.from(frame.bytes) };
    this.#frames++;
  }

  #pass(held: Packet): void {
    this.#pieces.push(packetBlock(held));
  }

  /** The number of an event's interface, which is described before its first packet. */
  #interface(rows: DataView, at: number, snap: Snap | null): number {
    const { key, name, description } =
      this.#interfaceKind === 'function' ? this.#functionInterface(rows, at) : this.#device(snap);
    const known = this.#interfaces.get(key);
    if (known !== undefined) return known;
    const number = this.#interfaces.size;
    this.#interfaces.set(key, number);
    this.#pieces.push(
      interfaceBlock({ name, description, snaplen: this.#snaplen, offsetSeconds: this.#seconds }),
    );
    return number;
  }

  #functionInterface(
    rows: DataView,
    at: number,
  ): { readonly key: string; readonly name: string; readonly description: string } {
    const name = this.#comments.functionOf(rows, at);
    const of = isDrop(rows, at) ? 'drop' : 'function';
    return {
      key: `${of} ${name}`,
      name: printable(isDrop(rows, at) ? `drop ${name}` : name),
      description: `kernel ${of}`,
    };
  }

  #device(snap: Snap | null): { readonly key: string; readonly name: string; readonly description: string } {
    if (snap === null || snap.ifindex === 0)
      return { key: '', name: 'none', description: 'packets without a device' };
    const { netns, ifindex, ifname } = snap;
    const namespace = this.trace.context.namespaceName(netns) ?? `${netns}`;
    return {
      key: `${netns} ${ifindex} ${ifname}`,
      name: printable(ifname),
      description: printable(`device ${ifindex} in network namespace ${namespace}`),
    };
  }
}
