// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { crc32 } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { Damage } from '../../src/capture/damage.js';
import {
  BLOCK_HEADER_SIZE,
  blockHeader,
  FILE_HEADER_SIZE,
  KIND,
  readBlockHeader,
  TRAILER_SIZE,
  type BlockHeader,
} from '../../src/capture/format.js';
import { decodeRows } from '../../src/capture/rows.js';
import { TraceReader } from '../../src/capture/trace-reader.js';
import { crossing } from '../../src/columns/crossing.js';
import { ROW_SIZE } from '../../src/core/abi.js';
import type { Batch } from '../../src/core/batch.js';
import { IpftError } from '../../src/core/errors.js';
import { NO_LAYOUT } from '../../src/core/reads.js';
import type { Summary } from '../../src/core/summary.js';
import type { Traced } from '../../src/core/traced.js';
import { batchesIn, captureOf, inPieces, readAll } from '../support/packets/captured.js';
import { batchOf, pack, UNKNOWN_FUNCTION, type Event } from '../support/packets/rows.js';
import { encodeRows } from '../support/packets/encode-rows.js';
import { randomRows } from '../support/packets/random-rows.js';
import {
  OUTPUT_IDS,
  recordingOf,
  RECORDINGS,
  rendered,
  textWriter,
  tracedIn,
  written,
} from '../support/packets/recorded.js';

// A capture file is shown without the addon: here there is none.
vi.mock('../../src/native/addon.js', () => {
  throw new Error('the addon is loaded');
});

const NAMES = Object.keys(RECORDINGS);

/** The file that is written now of a recorded trace. */
async function fileOf(name: string): Promise<Buffer> {
  const { traced, batches } = await recordingOf(name);
  return captureOf(traced, batches);
}

/** Where the blocks of a whole file begin, and their headers. */
function blocksOf(bytes: Buffer): (BlockHeader & { readonly at: number })[] {
  const blocks = [];
  for (let at = FILE_HEADER_SIZE; at < bytes.length - TRAILER_SIZE;) {
    const header = readBlockHeader(bytes, at);
    if (header === null) throw new Error(`no block at ${at}`);
    blocks.push({ at, ...header });
    at += BLOCK_HEADER_SIZE + header.size;
  }
  return blocks;
}

/** What reading a file comes to: the events and what is missing, or the error of a file that has nothing to show. */
async function outcomeOf(bytes: Buffer): Promise<{ rows: number; isWhole: boolean } | IpftError> {
  try {
    const { reader, items } = await readAll(bytes);
    const { damaged, strayBytes, isCut, isEnded } = reader.faults;
    const rows = batchesIn(items).reduce((sum, { count }) => sum + count, 0);
    return { rows, isWhole: damaged === 0 && strayBytes === 0 && !isCut && isEnded };
  } catch (error) {
    if (error instanceof IpftError) return error;
    throw error;
  }
}

describe.each(NAMES)('a capture file of a recorded trace: %s', (name) => {
  it.each(OUTPUT_IDS)('is shown as the trace was: %s', async (id) => {
    const { traced, batches } = await recordingOf(name, await fileOf(name));
    expect(rendered(id, traced, batches)).toBe(written(name, id));
  });

  it('has all names that outputs ask for before they get the first row', async () => {
    const reader = await TraceReader.open(inPieces(await fileOf(name)), 'the file');
    const traced = tracedIn(name, reader);
    const { names } = traced;
    expect(names.enumMembers('SKB_GSO_TCPV4')?.names).toContain('SKB_GSO_TCPV4');
    expect(names.hasDropReasons()).toBe(true);
    const outputs = OUTPUT_IDS.map((id) => [id, textWriter(id, traced)] as const);
    for await (const item of reader.items())
      if (item.kind === 'rows') for (const [, { take }] of outputs) take(item.batch);
    for (const [id, { end }] of outputs) expect(end()).toBe(written(name, id));
  });

  it('is the same however many bytes come at a time', async () => {
    const bytes = await fileOf(name);
    const whole = await readAll(bytes);
    for (const size of [1, 7, 1000]) {
      const { reader, items } = await readAll(bytes, size);
      expect(reader.faults).toEqual(whole.reader.faults);
      expect(items).toEqual(whole.items);
    }
    expect(whole.reader.faults).toEqual({
      damaged: 0,
      lostRows: 0,
      strayBytes: 0,
      isCut: false,
      isEnded: true,
    });
  });

  it('tells of a bit that is not as it was written, in any block', async () => {
    const bytes = await fileOf(name);
    for (const { at, kind, size } of blocksOf(bytes))
      for (const place of [
        at,
        at + 5,
        at + BLOCK_HEADER_SIZE - 1,
        at + BLOCK_HEADER_SIZE,
        at + BLOCK_HEADER_SIZE + size - 1,
      ]) {
        const damaged = Buffer.from(bytes);
        damaged.writeUInt8(damaged.readUInt8(place) ^ 0x10, place);
        const outcome = await outcomeOf(damaged);
        if (kind === KIND.description) expect(outcome).toMatchObject({ exitCode: 2 });
        else expect(outcome).toMatchObject({ isWhole: false });
      }
  });
});

it('a small file tells what is missing when it is cut at any byte', async () => {
  const bytes = await fileOf('function-graph');
  const all = batchesIn((await readAll(bytes)).items).reduce((sum, { count }) => sum + count, 0);
  const first = blocksOf(bytes)[1]?.at ?? 0;
  let most = 0;
  for (let size = 0; size < bytes.length; size++) {
    const outcome = await outcomeOf(bytes.subarray(0, size));
    if (size < first) {
      expect(outcome).toBeInstanceOf(IpftError);
      continue;
    }
    if (outcome instanceof IpftError) throw outcome;
    expect(outcome.isWhole).toBe(false);
    expect(outcome.rows).toBeGreaterThanOrEqual(most);
    most = outcome.rows;
  }
  expect(most).toBe(all);
});

describe('a file that is no capture file of this version', () => {
  it.each([
    ['empty', '', 2, /is empty/],
    ['text', 'Nothing that ipft has written\n', 2, /no capture file/],
    ['a few bytes', '\x89IPFT', 2, /no capture file/],
  ])('is refused: %s', async (_, text, exitCode, message) => {
    const outcome = await outcomeOf(Buffer.from(text, 'latin1'));
    expect(outcome).toMatchObject({ exitCode, message: expect.stringMatching(message) as string });
  });

  it('is refused if its format has a later major version, with exit code 4', async () => {
    const bytes = await fileOf('function');
    bytes.writeUInt16LE(2, 8);
    expect(await outcomeOf(bytes)).toMatchObject({ exitCode: 4, remedy: 'a later ipft' });
  });

  it('is read if only its minor version is later, and unknown blocks are counted', async () => {
    const bytes = await fileOf('function');
    bytes.writeUInt16LE(7, 10);
    const [, second] = blocksOf(bytes);
    const at = second?.at ?? 0;
    const unknown = blockHeader({
      kind: 999,
      version: 1,
      flags: 0,
      size: 3,
      length: 3,
      rows: 0,
      checksum: crc32('new'),
    });
    const extended = Buffer.concat([bytes.subarray(0, at), unknown, Buffer.from('new'), bytes.subarray(at)]);
    const { reader, items } = await readAll(extended);
    expect([...reader.unknown]).toEqual([[999, 1]]);
    expect(items).toEqual((await readAll(await fileOf('function'))).items);
  });
});

it('blocks of rows of a later version are skipped and counted', async () => {
  const bytes = await fileOf('function');
  const block = blocksOf(bytes).find(({ kind }) => kind === KIND.rows);
  if (block === undefined) throw new Error('no rows');

  blockHeader({ ...block, version: 99 }).copy(bytes, block.at);
  const { reader } = await readAll(bytes);
  expect([...reader.unknown]).toEqual([[KIND.rows, 1]]);
});

it('a file has the functions of its events, and no others', async () => {
  const { traced } = await recordingOf('function');
  const names = Array.from({ length: 3000 }, (_, index) => `function_${index}`);
  const functions = { ...traced.functions, names, modules: names.map(() => 'vmlinux') };
  const rows = pack([
    { function: 2900 },
    { function: 7 },
    { function: 2900 },
    { function: UNKNOWN_FUNCTION },
  ]);
  const bytes = await captureOf({ ...traced, layout: NO_LAYOUT, functions }, [batchOf(rows)]);
  const { reader } = await readAll(bytes);
  const read = reader.traced(null, []).functions;
  expect(read.names.filter((name) => name !== '')).toEqual(['function_7', 'function_2900']);
  expect([read.names[2900], read.modules[7], read.address(2900)]).toEqual([
    ...['function_2900', 'vmlinux', functions.address(2900)],
  ]);
});

describe('rows in a block', () => {
  const WORDS = ROW_SIZE / 4;

  it('are read as they were written', () => {
    for (const count of [1, 2, 3, 100, 1000]) {
      const rows = randomRows(count, WORDS);
      expect(decodeRows(Buffer.from(encodeRows(rows, count, WORDS)), WORDS, count)).toEqual(rows);
    }
  });

  it('are refused where their bytes are not all there, too many, or of rows of another size', () => {
    const rows = randomRows(20, WORDS);
    const payload = Buffer.from(encodeRows(rows, 20, WORDS));
    for (let size = 0; size < payload.length; size++)
      expect(() => decodeRows(payload.subarray(0, size), WORDS, 20)).toThrow(Damage);
    expect(() => decodeRows(Buffer.concat([payload, Buffer.alloc(1)]), WORDS, 20)).toThrow(Damage);
    expect(() => decodeRows(payload, WORDS + 2, 20)).toThrow(Damage);
    expect(() => decodeRows(payload, WORDS, 19)).toThrow(Damage);
  });
});

describe('names with control characters', () => {
  const ODD = 'a\u001b[31m"b\u009b1m\nc';
  const ROWS: readonly Event[] = [
    { function: 0, isFirst: true, entered: 7n },
    { function: 1, isLast: true },
  ];

  /** A trace whose kernel has such names. */
  async function oddTrace(): Promise<{
    readonly traced: Traced;
    readonly batch: Batch;
    readonly bytes: Buffer;
  }> {
    const { traced } = await recordingOf('function');
    const odd: Traced = {
      ...traced,
      ...{ follows: true, fields: null, further: [crossing], layout: NO_LAYOUT },
      functions: { ...traced.functions, names: [ODD, 'b'], modules: [ODD, ODD], address: () => 0n },
      names: { ...traced.names, enumMembers: () => null, namespaceName: () => ODD },
    };
    const batch = batchOf(pack(ROWS));
    return { traced: odd, batch, bytes: await captureOf(odd, [batch]) };
  }

  it.each(OUTPUT_IDS)('reach no terminal from a file: %s', async (id) => {
    const { bytes } = await oddTrace();
    const { reader, items } = await readAll(bytes);
    const text = rendered(id, reader.traced(null, [crossing]), batchesIn(items));
    expect(text).toContain('[31m');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    if (id === 'json') for (const line of text.trimEnd().split('\n')) JSON.parse(line);
  });

  it.each(OUTPUT_IDS)('of namespaces are shown as the trace has shown them: %s', async (id) => {
    const { traced, batch, bytes } = await oddTrace();
    const { reader, items } = await readAll(bytes);
    const plain = { ...traced, functions: reader.traced(null, []).functions };
    expect(rendered(id, reader.traced(null, [crossing]), batchesIn(items))).toBe(
      rendered(id, plain, [batch]),
    );
  });

  it('in reports and the summary are those of the trace', async () => {
    const { traced, batch } = await oddTrace();
    const summary = { absent: [ODD] } as unknown as Summary;
    const { items } = await readAll(
      await captureOf(traced, [batch], summary, [{ packet: 1, report: { odd: ODD } }]),
    );
    expect(items.filter(({ kind }) => kind !== 'rows')).toEqual([
      { kind: 'report', report: { packet: 1, report: { odd: ODD } } },
      { kind: 'summary', summary },
    ]);
  });
});
