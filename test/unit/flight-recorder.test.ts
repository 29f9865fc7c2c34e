// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { parseCondition } from '../../src/core/condition.js';
import type { Consumer } from '../../src/core/consumer.js';
import { ROW, ROW_SIZE } from '../../src/core/abi.js';
import { UNKNOWN_TYPE } from '../../src/core/column.js';
import { NO_LAYOUT } from '../../src/core/reads.js';
import { number64 } from '../../src/core/row.js';
import type { Summary } from '../../src/core/summary.js';
import type { Traced } from '../../src/core/traced.js';
import type { RecorderOptions, Trigger } from '../../src/core/trigger.js';
import { plannedRecorder } from '../../src/results/flight-recorder.js';
import { batchesIn, readAll } from '../support/packets/captured.js';
import { encodeRows } from '../support/packets/encode-rows.js';
import { batchOf, CONTEXT, pack, type Event } from '../support/packets/rows.js';

const folder = mkdtempSync('/tmp/ipft-recorder-');
const FILE = `${folder}/dump.ipft`;
const MS = 1_000_000n;
const DROP: Trigger = { kind: 'drop', text: 'drop', reason: null };
const NO_SOCKET: Trigger = { kind: 'drop', text: 'drop:NO_SOCKET', reason: 'NO_SOCKET' };
const REASONS = ['NOT_SPECIFIED', 'SKB_CONSUMED', 'NO_SOCKET'];
const SUMMARY = { lost: 0, end: 'trigger', trigger: null } as Summary;

afterAll(() => rmSync(folder, { recursive: true }));

/** CLOCK_MONOTONIC of the trace, ns. */
let now = 0n;
let said: string[] = [];
let request = (): void => undefined;
let recorder: Consumer | null = null;

const TRACED: Traced = {
  ...{ kernel: '6.12', returns: false, follows: false, fields: null, further: [], layout: NO_LAYOUT },
  functions: {
    ...{ names: CONTEXT.names, modules: CONTEXT.modules },
    ...{ returnType: () => UNKNOWN_TYPE, address: () => 0n },
  },
  clock: { realOffsetNs: 0n, firstNs: null },
  readClocks: () => ({ monotonic: now, real: now, tai: now }),
  readSummary: () => SUMMARY,
  names: { ...CONTEXT, hasDropReasons: () => true, dropReason: (reason) => REASONS[reason] ?? null },
  stack: () => [],
};

beforeEach(() => {
  [now, said] = [0n, []];
});
afterEach(async () => {
  await recorder?.finish(null);
  recorder = null;
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
});

/** `rows`: the size of the ring, in rows */
function recorderFor(
  triggers: readonly Trigger[],
  options: Partial<RecorderOptions> & { rows?: number } = {},
) {
  const { rows = 1000, ...others } = options;
  const all = { size: rows * ROW_SIZE, triggers, afterMs: 100, path: FILE, commandLine: true, ...others };
  const tools = {
    tell: (text: string) => void said.push(text),
    onRequest: (act: () => void) => void (request = act),
  };
  return (recorder = plannedRecorder(all, encodeRows, tools).open(TRACED));
}

/** An event of each of these ms, with the ms as its packet's number. */
const eventsAt = (...ms: readonly number[]): Event[] =>
  ms.map((at) => ({ time: BigInt(at) * MS, packet: BigInt(at) }));
const dropAt = (ms: number, reason = 2): Event => ({ ...eventsAt(ms)[0], isDrop: true, reason });
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** Gives the recorder what has come by a time, ms. */
function take(to: Consumer, events: readonly Event[], by?: number): void {
  to.take(batchOf(pack(events)), events.length);
  now = by === undefined ? (events.at(-1)?.time ?? 0n) : BigInt(by) * MS;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5);
}

/** Lets the time pass in which events are awaited; resolves when the file was told of. */
async function ended(files: number, at = 1_000_000): Promise<void> {
  now = BigInt(at) * MS;
  await until(() => said.length === files);
}

/** The numbers of the rows of a file, and its summary. */
async function contentOf(file: string): Promise<{ numbers: number[]; summary: Summary; isWhole: boolean }> {
  const { reader, items } = await readAll(readFileSync(file));
  const numberOf = number64(ROW.packet);
  const numbers = batchesIn(items).flatMap(({ rows, count, rowSize }) =>
    range(0, count).map((row) => numberOf(rows, row * rowSize)),
  );
  const summary = items.flatMap((item) => (item.kind === 'summary' ? [item.summary as Summary] : []))[0];
  if (summary === undefined) throw new Error('no summary');
  return { numbers, summary, isWhole: reader.faults.isEnded };
}

it('a drop writes all that the ring has, and what comes in the time after it', async () => {
  const to = recorderFor([DROP], { rows: 20 });
  take(to, eventsAt(...range(1, 51)));
  take(to, [dropAt(51)]);
  take(to, eventsAt(...range(52, 60), 151, 152, 300));
  await ended(1);
  const { numbers, summary, isWhole } = await contentOf(FILE);
  expect(numbers).toEqual([...range(32, 60), 151]);
  expect(isWhole).toBe(true);
  const dump = {
    ...{ file: FILE, trigger: 'drop', packet: 51, reason: 'NO_SOCKET', timestamp: '51000000' },
    ...{ further: 0, events: 29 },
  };
  expect(summary.trigger).toEqual(dump);
  expect(to.dumps).toEqual([dump]);
  expect(said).toEqual([`${FILE}: 29 events around drop of packet #51 (NO_SOCKET)`]);
  expect(statSync(FILE).mode & 0o777).toBe(0o600);
});

it('only a drop for the reason triggers, and a packet that is consumed is not dropped', async () => {
  const to = recorderFor([NO_SOCKET]);
  take(to, [dropAt(1, 0), dropAt(2, 1), dropAt(3, 2)]);
  await ended(1);
  expect((await contentOf(FILE)).summary.trigger).toMatchObject({ packet: 3, trigger: 'drop:NO_SOCKET' });
});

it('is armed again, and writes the next file', async () => {
  const to = recorderFor([DROP]);
  take(to, [...eventsAt(1), dropAt(2), ...eventsAt(3)]);
  await ended(1);
  take(to, eventsAt(2000, 2001), 2001);
  take(to, [dropAt(2002), ...eventsAt(2003)]);
  await ended(2);
  expect((await contentOf(FILE)).numbers).toEqual([1, 2, 3]);
  expect((await contentOf(`${FILE}.1`)).numbers).toEqual([1, 2, 3, 2000, 2001, 2002, 2003]);
  expect(to.dumps?.map(({ file }) => file)).toEqual([FILE, `${FILE}.1`]);
});

it('a second trigger within a dump extends it', async () => {
  const to = recorderFor([DROP]);
  take(to, [dropAt(10), ...eventsAt(50), dropAt(90), ...eventsAt(150, 190, 191)]);
  await ended(1);
  const { numbers, summary } = await contentOf(FILE);
  expect(numbers).toEqual([10, 50, 90, 150, 190]);
  expect(summary.trigger).toMatchObject({ packet: 10, further: 1 });
  expect(said).toEqual([`${FILE}: 5 events around drop of packet #10 (NO_SOCKET), and 1 further trigger`]);
});

it('wants no more after the number of files, and writes no more', async () => {
  const to = recorderFor([DROP], { most: 1 });
  take(to, [dropAt(1), ...eventsAt(102)]);
  await to.done;
  take(to, [dropAt(1000)]);
  await to.finish(SUMMARY);
  expect(to.dumps).toHaveLength(1);
});

it('writes every event from the trigger on, however little room the ring has', async () => {
  const to = recorderFor([DROP], { rows: 8, afterMs: 100_000 });
  take(to, [...eventsAt(...range(1, 11)), dropAt(11)]);
  take(to, eventsAt(...range(12, 5000)));
  const finished = to.finish(SUMMARY);
  expect(await finished).toBeNull();
  expect((await contentOf(FILE)).numbers).toEqual(range(4, 5000));
});

it('the end of the trace ends the file, which has its summary', async () => {
  const to = recorderFor([DROP]);
  take(to, [dropAt(1), ...eventsAt(2)]);
  expect(to.dumps).toMatchObject([{ events: 2 }]);
  expect(await to.finish({ ...SUMMARY, end: 'signal' })).toBeNull();
  expect((await contentOf(FILE)).summary).toMatchObject({ end: 'signal', trigger: { events: 2 } });
});

it('a packet that has not ended in time triggers without an event, others do not', async () => {
  const to = recorderFor([{ kind: 'age', text: 'age>20ms', ns: 20_000_000 }]);
  const first = { isFirst: true } as const;
  const packet = (number: bigint, ms: bigint): Event => ({ packet: number, time: ms * MS });
  take(to, [{ ...packet(1n, 1n), ...first }, { ...packet(2n, 2n), ...first }, packet(1n, 10n)]);
  take(to, [{ ...packet(1n, 15n), isLast: true }], 15);
  now = 400n * MS;
  await until(() => to.dumps?.length === 1);
  await ended(1);
  expect((await contentOf(FILE)).summary.trigger).toMatchObject({
    ...{ trigger: 'age>20ms', packet: 2, timestamp: '22000000', further: 0 },
  });
});

it('a packet that ends too late triggers then', async () => {
  const to = recorderFor([{ kind: 'age', text: 'age>20us', ns: 20_000 }]);
  const at = (us: number, more: object): Event => ({ packet: 1n, time: BigInt(us) * 1000n, ...more });
  take(to, [at(1, { isFirst: true }), at(22, { isLast: true })]);
  await ended(1);
  expect((await contentOf(FILE)).summary.trigger).toMatchObject({ packet: 1, timestamp: '21000' });
});

it('a condition triggers where it holds for an event, not for what is none', async () => {
  const condition = parseCondition('skb->len > 100');
  const to = recorderFor([{ kind: 'where', text: 'where:skb->len > 100', condition }]);
  const at = (ms: number, more: Event): Event => ({ ...eventsAt(ms)[0], ...more });
  take(to, [at(1, { len: 100 }), at(2, { len: 101, isHidden: true }), at(3, { len: 101 })]);
  await ended(1);
  expect((await contentOf(FILE)).summary.trigger).toMatchObject({ packet: 3, timestamp: '3000000' });
});

it('a condition on what is not recorded is refused', () => {
  const condition = parseCondition('skb->hash == 1');
  expect(() => recorderFor([{ kind: 'where', text: '', condition }])).toThrow(/^--trigger where: skb->hash/);
});

it('a request writes what there is, also without a trigger', async () => {
  const to = recorderFor([]);
  take(to, eventsAt(1, 2, 3));
  request();
  await ended(1);
  const { numbers, summary } = await contentOf(FILE);
  expect(numbers).toEqual([1, 2, 3]);
  expect(summary.trigger).toMatchObject({ trigger: 'SIGUSR2', packet: null, events: 3 });
});

it('what extensions report lies where it lay in the trace', async () => {
  const to = recorderFor([DROP], { rows: 4 });
  to.report?.(1, 'gone');
  take(to, eventsAt(1, 2, 3, 4));
  to.report?.(4, 'kept');
  take(to, [dropAt(5)]);
  to.report?.(5, { later: true });
  await ended(1);
  const { items } = await readAll(readFileSync(FILE));
  const kinds = items.map((item) => (item.kind === 'report' ? item.report.report : item.kind));
  expect(kinds).toEqual(['rows', 'kept', 'rows', { later: true }, 'summary']);
});

it('a file that cannot be written is told at the start, and one that is there stays as it is', () => {
  symlinkSync('/nowhere', `${folder}/link`);
  for (const [path, code] of [
    [folder, /EISDIR/],
    [`${folder}/none/a`, /ENOENT/],
    [`${folder}/link`, /ELOOP/],
    ['/dev/null', /is not a regular file/],
  ] as const)
    expect(() => recorderFor([], { path } as object)).toThrow(code);
  recorderFor([]);
  expect(() => statSync(FILE)).toThrow(/ENOENT/);
});

it('a later file that cannot be written ends the trace', async () => {
  const to = recorderFor([DROP]);
  mkdirSync(`${FILE}.1`);
  take(to, [dropAt(1)]);
  await ended(1);
  take(to, [dropAt(2000)], 2000);
  expect(await to.broken).toMatchObject({ exitCode: 3 });
  expect(await to.finish(SUMMARY)).toMatchObject({ exitCode: 3 });
});
