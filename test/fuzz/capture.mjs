// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Capture files that are not as they were written: each is shown or refused in words, and takes time and memory in proportion
// to its size. They come from test/unit/recordings, and are damaged block by block.
// Usage: test/fuzz/capture.mjs SECONDS [SEED]. The seed is printed; the same one makes the same files.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { load } from '../../scripts/load.mjs';

const { BLOCK_HEADER_SIZE, blockHeader, FILE_HEADER_SIZE, MOST_ROWS, MOST_ROWS_A_BYTE, ...rest } =
  await load('test/fuzz/shown.ts');
const { Random, readBlockHeader, shown, TRAILER_SIZE } = rest;

const seconds = Number(process.argv[2] ?? 10);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const random = new Random(seed);

const RECORDINGS = 'test/unit/recordings';
/** Where a file is put that fails. */
const FAILURE = '.cache/fuzz/capture.ipft';
const OUTPUTS = ['aggregate', 'stream', 'json', 'csv'];
const DEFLATED = 1;
const ROWS = 4;

/** Most CPU ms for a file, and for each kB of it: 16 rows for each byte are shown. */
const MOST_MS = 2_000;
const MOST_MS_A_KB = 150;
/** Most bytes by which the process may grow for a file, and for each of its bytes. */
const MOST_GROWTH = 256 * 2 ** 20;
const MOST_GROWTH_A_BYTE = 16_384;

/** The blocks of a whole file, before compression. */
function blocksOf(bytes) {
  const blocks = [];
  for (let at = FILE_HEADER_SIZE; at < bytes.length - TRAILER_SIZE;) {
    const header = readBlockHeader(bytes, at);
    const stored = bytes.subarray(at + BLOCK_HEADER_SIZE, at + BLOCK_HEADER_SIZE + header.size);
    blocks.push({ ...header, payload: header.flags & DEFLATED ? inflateRawSync(stored) : stored });
    at += BLOCK_HEADER_SIZE + header.size;
  }
  return blocks;
}

const files = readdirSync(RECORDINGS)
  .filter((name) => name.endsWith('.ipft'))
  .map((name) => readFileSync(join(RECORDINGS, name)));
const recordings = files.map((bytes) => ({
  head: bytes.subarray(0, FILE_HEADER_SIZE),
  tail: bytes.subarray(-TRAILER_SIZE),
  blocks: blocksOf(bytes),
}));

const below = (limit) => random.below(Math.max(limit, 1));
const ODD_NUMBERS = [0, 1, -1, 15, 16, 65_536, 65_537, 2 ** 26, 2 ** 31, 2 ** 32 - 1, 2 ** 53, 1e300, -0.5];
const ODD_TEXTS = [
  '',
  '0',
  '-1',
  'f'.repeat(17),
  '9'.repeat(40),
  '\u001b[31m',
  '\n',
  '__proto__',
  '💥',
  'a'.repeat(5000),
];
const ODD_WORDS = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x10000, 0x7fffffff, 0xffffffff];

/** Any value of JSON. */
function oddValue() {
  return random.pick([
    () => random.pick(ODD_NUMBERS),
    () => random.pick(ODD_TEXTS),
    () => null,
    () => random.once(2),
    () => [],
    () => ({}),
    () => Array(below(3000)).fill(0),
    () => JSON.parse('['.repeat(500) + ']'.repeat(500)),
  ])();
}

/** Changes something somewhere in a value of JSON. */
function changed(value, depth = 0) {
  if (typeof value !== 'object' || value === null || random.once(depth + 4)) return oddValue();
  const keys = Object.keys(value);
  const key = keys[below(keys.length)];
  if (key === undefined) return oddValue();
  const copy = Array.isArray(value) ? [...value] : { ...value };
  if (random.once(8)) {
    if (Array.isArray(copy)) copy.splice(Number(key), 1);
    else delete copy[key];
  } else copy[key] = changed(value[key], depth + 1);
  return copy;
}

/** What a block has; not JSON once it has been changed in another way. */
function jsonIn(payload) {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return oddValue();
  }
}

function changedJson(payload) {
  let text = JSON.stringify(changed(jsonIn(payload))) ?? '';
  if (random.once(20)) text = text.slice(0, below(text.length));
  return Buffer.from(text);
}

/** Changes bytes, or cuts, or inserts some. */
function changedBytes(bytes) {
  const copy = Buffer.from(bytes);
  for (let count = 1 + below(4); count > 0; count--) {
    const at = below(copy.length);
    if (copy.length === 0) break;
    if (random.once(3) && at + 4 <= copy.length) copy.writeUInt32LE(random.pick(ODD_WORDS), at);
    else copy.writeUInt8(copy.readUInt8(at) ^ (1 << below(8)), at);
  }
  if (random.once(8)) return copy.subarray(0, below(copy.length));
  if (random.once(8))
    return Buffer.concat([copy.subarray(0, below(copy.length)), random.bytes(below(64)), copy]);
  return copy;
}

/** As many rows as may be, all of them zeros. */
function emptyRows(block) {
  const words = block.payload.readUInt32LE(4) % 128;
  const payload = Buffer.alloc(8 + 4 * words);
  const rows = Math.min(payload.length * MOST_ROWS_A_BYTE, MOST_ROWS) + below(2);
  payload.writeUInt32LE(rows, 0);
  payload.writeUInt32LE(words, 4);
  return { ...block, rows, payload };
}

function changedBlock(block) {
  const { payload, rows } = block;
  return random.pick([
    () => ({ ...block, payload: block.kind === ROWS ? changedBytes(payload) : changedJson(payload) }),
    () => ({ ...block, payload: changedBytes(payload) }),
    () => (block.kind === ROWS && payload.length > 8 ? emptyRows(block) : block),
    () => ({ ...block, kind: random.pick([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 65_535]) }),
    () => ({ ...block, version: below(256) }),
    () => ({ ...block, rows: random.once(2) ? random.pick(ODD_WORDS) : (rows + 1) % 2 ** 32 }),
    () => ({ ...block, length: random.pick(ODD_WORDS) }),
    () => ({ ...block, size: random.pick(ODD_WORDS) }),
    () => ({ ...block, damage: true }),
    () => ({ ...block, payload: Buffer.alloc(below(2 ** 20)) }),
  ])();
}

/** The bytes of a block; what is not said otherwise of it is as it must be. */
function bytesOf(block, original) {
  const { kind, version, payload, rows } = block;
  const isDeflated = !random.once(4);
  const stored = isDeflated ? deflateRawSync(payload, { level: random.once(2) ? 6 : 0 }) : payload;
  const size = block.size === original.size ? stored.length : block.size;
  const length = block.length === original.length ? payload.length : block.length;
  const flags = (isDeflated ? DEFLATED : 0) | (random.once(50) ? 2 : 0);
  const header = blockHeader({ kind, version, flags, size, length, rows, checksum: crc32(stored) });
  const bytes = Buffer.concat([header, stored]);
  return block.damage === true ? changedBytes(bytes) : bytes;
}

/** Blocks of a recording: some changed, left out, doubled, in another place, or of another one. */
function changedBlocks(blocks) {
  const list = blocks.map((block) => ({ block, original: block }));
  for (let count = below(4); count > 0; count--) {
    const at = below(list.length);
    const other = random.pick(recordings).blocks;
    random.pick([
      () => (list[at] = { block: changedBlock(list[at].block), original: list[at].original }),
      () => (list[at] = { block: changedBlock(list[at].block), original: list[at].original }),
      () => list.length > 1 && list.splice(at, 1),
      () => list.splice(below(list.length), 0, ...Array(1 + below(random.once(10) ? 50 : 2)).fill(list[at])),
      () =>
        list.splice(at, 1, ...other.slice(below(other.length)).map((block) => ({ block, original: block }))),
    ])();
  }
  return list;
}

function makeFile() {
  if (random.once(6)) return changedBytes(random.pick(files));
  const { head, tail, blocks } = random.pick(recordings);
  const pieces = changedBlocks(blocks).map(({ block, original }) => bytesOf(block, original));
  const whole = Buffer.concat([head, ...pieces, ...(random.once(4) ? [] : [tail])]);
  if (random.once(10)) return whole.subarray(0, below(whole.length));
  return random.once(20) ? changedBytes(whole) : whole;
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const peakBytes = () => process.resourceUsage().maxRSS * 1024;

async function check(bytes) {
  const [began, before] = [cpuMs(), peakBytes()];
  const outcome = await shown(bytes, random.pick(OUTPUTS), random.once(4) ? 1 + below(999) : Infinity);
  const [ms, growth] = [cpuMs() - began, peakBytes() - before];
  if (ms > MOST_MS + (MOST_MS_A_KB * bytes.length) / 1024) throw new Error(`it took ${ms} ms of CPU`);
  if (growth > MOST_GROWTH + MOST_GROWTH_A_BYTE * bytes.length) throw new Error(`it took ${growth} bytes`);
  return outcome;
}

let [count, refused, rows] = [0, 0, 0];
let bytes = Buffer.alloc(0);
try {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; count++) {
    bytes = makeFile();
    const outcome = await check(bytes);
    rows += outcome.rows;
    if (outcome.refusal !== null) refused++;
  }
} catch (error) {
  mkdirSync('.cache/fuzz', { recursive: true });
  writeFileSync(FAILURE, bytes);
  console.error(
    `capture: seed ${seed}, file ${count}, ${bytes.length} bytes, now ${FAILURE}\n${error.stack}`,
  );
  process.exit(1);
}
const megabytes = (peakBytes() / 2 ** 20).toFixed(0);
console.log(
  `capture: ${count} files, ${refused} of them refused, ${rows} rows, ${megabytes} MB, seed ${seed}`,
);
