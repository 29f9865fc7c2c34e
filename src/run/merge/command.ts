// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Description } from '../../capture/description.js';
import { NotedBytes } from '../../capture/noted-bytes.js';
import { TraceReader } from '../../capture/trace-reader.js';
import type { Consumer } from '../../core/consumer.js';
import { EXIT, UsageError } from '../../core/errors.js';
import type { MergeOptions } from '../../core/options.js';
import { offsetOfBytes } from '../../core/packet-bytes.js';
import { isHidden } from '../../core/row.js';
import { loadAddon } from '../../native/addon.js';
import { plannedCapture } from '../../results/capture-file.js';
import { Messages } from '../../terminal/messages.js';
import { nameOf, openRecorded } from '../show/open-recorded.js';
import { isSameFile } from '../same-file.js';
import { faultsIn } from '../show/faults.js';
import { Head } from './head.js';
import { MergedTrace } from './merged-trace.js';
import { checkSame, type MergedFile } from './same-trace.js';
import { mergedSummary } from './summaries.js';

/** Rows that are handed on together. */
const ROWS = 4096;

/** Throws a UsageError if the file to write is one of those to read. */
function checkTarget({ files, write }: MergeOptions): void {
  if (files.some((path) => isSameFile(path, write)))
    throw new UsageError(`--write: ${write} is one of the files to merge`, 'another file');
}

async function opened(
  files: readonly string[],
  messages: Messages,
): Promise<readonly [MergedFile, ...MergedFile[]]> {
  const all: MergedFile[] = [];
  for (const path of files) {
    all.push({ name: nameOf(path), reader: await openRecorded(path, messages) });
  }
  const [first, ...others] = all;
  if (first === undefined) throw new Error('no files to merge');
  return [first, ...others];
}

/** The devices of all files, each once; undefined: none of them has any. */
function devicesIn(readers: readonly TraceReader[]): Description['devices'] {
  const all = readers.flatMap(({ description }) => description.devices ?? []);
  const different = new Map(all.map((device) => [JSON.stringify(device), device]));
  return different.size === 0 ? undefined : [...different.values()];
}

/** Merges open files into a capture file. */
class Merging {
  readonly #trace: MergedTrace;
  readonly #consumer: Consumer;
  readonly #heads: readonly Head[];
  readonly #rowSize: number;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #rows: DataView;
  /** null: the files have no bytes of packets */
  readonly #packetBytes: NotedBytes | null;
  #count = 0;
  #events = 0;
  #isBroken = false;

  constructor(
    readonly files: readonly [MergedFile, ...MergedFile[]],
    { write, commandLine }: MergeOptions,
  ) {
    const readers = files.map(({ reader }) => reader);
    const [{ description }] = readers as [TraceReader];
    this.#trace = new MergedTrace(readers);
    this.#rowSize = description.layout.rowSize;
    this.#bytes = new Uint8Array(ROWS * this.#rowSize);
    this.#rows = new DataView(this.#bytes.buffer);
    const offset = offsetOfBytes(description.layout);
    this.#packetBytes = offset === null ? null : new NotedBytes(offset);
    this.#heads = readers.map(
      (reader, place) =>
        new Head(reader, place, ({ packet, report }) => {
          this.#flush();
          this.#consumer.report?.(this.#trace.packetOf(packet, place), report);
        }),
    );
    const { host, boot, drops } = description;
    const merged = readers.map((reader) => ({
      ipft: reader.description.ipft,
      command_line: commandLine ? reader.description.command_line : null,
    }));
    const about = { host, boot, devices: devicesIn(readers), merged };
    const { encodeRows } = loadAddon();
    this.#consumer = plannedCapture(write, { drops, commandLine, about }, encodeRows).open(
      this.#trace.traced,
    );
    void this.#consumer.broken.then(() => (this.#isBroken = true));
  }

  /** Resolves with the error that prevented it, or null. */
  async run(): Promise<Error | null> {
    const left: Head[] = [];
    for (const head of this.#heads) if (await head.read()) left.push(head);
    while (left.length > 0 && !this.#isBroken) {
      const next = left.reduce((first, head) => (head.isBefore(first) ? head : first));
      this.#take(next);
      if (next.hasMore) next.step();
      else if (!(await next.read())) left.splice(left.indexOf(next), 1);
      if (this.#consumer.full) await this.#consumer.drained();
    }
    this.#flush();
    return this.#consumer.finish(mergedSummary(this.#heads.map(({ summary }) => summary)));
  }

  /** What is missing from the files that were merged. */
  get missing(): ReturnType<typeof faultsIn> {
    return this.#heads.flatMap(({ summary, place }) => {
      const file = this.files[place];
      return file === undefined ? [] : faultsIn(file.reader, summary, file.name);
    });
  }

  #take({ rows, at, place, bytes }: Head): void {
    this.#trace.adopt(rows, at, place);
    if (!isHidden(rows, at)) this.#events++;
    const row = new Uint8Array(rows.buffer, rows.byteOffset + at, this.#rowSize);
    this.#bytes.set(row, this.#count * this.#rowSize);
    this.#packetBytes?.take(this.#rows, this.#count * this.#rowSize, bytes);
    if (++this.#count === ROWS || this.#packetBytes?.isFull === true) this.#flush();
  }

  #flush(): void {
    const [count, events] = [this.#count, this.#events];
    this.#count = this.#events = 0;
    if (count === 0) return;
    const bytes = this.#packetBytes?.batchBytes(this.#rows);
    this.#consumer.take({ rows: this.#rows, count, rowSize: this.#rowSize, bytes }, events);
  }
}

/**
 * Merges capture files of one host and boot by time. Resolves with the exit code. Every error is an IpftError, or a
 * bug.
 */
export async function mergeCommand(options: MergeOptions, messages = new Messages()): Promise<number> {
  checkTarget(options);
  const files = await opened(options.files, messages);
  const [first, ...others] = files;
  checkSame(first, others);
  const merging = new Merging(files, options);
  const problem = await merging.run();
  if (problem !== null) throw problem;
  for (const { text, remedy } of merging.missing) messages.warn(text, remedy);
  return EXIT.ok;
}
