// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columns } from '../../src/columns/index.js';
import { IPFT, ipftProcess } from '../support/ipft/process.js';
import { trace } from '../support/ipft/in-process.js';
import { pause } from '../support/kernel/system.js';
import { ping, TRAFFIC } from '../support/traffic/traffic.js';
import { refusal } from '../support/addon/bpf-objects.js';
import { HOME } from '../support/home.js';
import { parsedLines, validator, type Validate } from '../support/schema/validate.js';

/** No other trace on this machine has this mark. */
const MARK = 0x1bf70e5c;
const reason = refusal();
const folder = mkdtempSync('/tmp/ipft-schema-');
afterAll(() => rmSync(folder, { recursive: true }));

type Line = Record<string, unknown>;

async function printed(...words: string[]): Promise<object> {
  return JSON.parse((await ipftProcess(['schema', ...words])).stdout) as object;
}

let line: Validate;
let event: Validate;
let summary: Validate;

beforeAll(async () => {
  execFileSync('lab/traffic/build', { cwd: HOME });
  line = validator(await printed());
  // Nothing that the schema does not name: a key that is new and missing there fails these tests.
  event = validator(await printed('event'), { isClosed: true });
  summary = validator(await printed('summary'), { isClosed: true });
});

/** All lines of a trace of a ping, and of a datagram that nobody receives. */
async function traced(...args: string[]): Promise<Line[]> {
  const running = await trace(['-m', MARK.toString(), '-b', 'tracepoint', '-o', 'json', ...args]);
  await ping(MARK);
  spawnSync(TRAFFIC, ['udp', '--to', '127.0.0.1:9', '--mark', MARK.toString(), '--count', '1']);
  await pause(100);
  const { code, stdout } = await running.end();
  expect(code).toBe(0);
  const lines = parsedLines(stdout) as Line[];
  for (const each of lines) expect(line(each)).toBe('');
  return lines;
}

const eventsOf = (lines: readonly Line[]): Line[] => lines.filter((each) => 'function' in each);

function file(name: string, text: string): string {
  writeFileSync(`${folder}/${name}`, text);
  return `${folder}/${name}`;
}

/** So many fields that their bytes find room beside one another. */
const AT_A_TIME = 5;
/** What tracepoints have: nft needs functions. */
const ids = [...columns.keys()].filter((id) => id !== 'nft');
const lists = ids.flatMap((_, at) => (at % AT_A_TIME === 0 ? [ids.slice(at, at + AT_A_TIME).join()] : []));

describe.skipIf(reason !== null)(
  `the printed schema${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 60_000 },
  () => {
    it('matches events and the summary, with no key missing', async () => {
      const lines = await traced();
      const events = eventsOf(lines);
      expect(events.length).toBeGreaterThan(3);
      for (const each of events) expect(event(each)).toBe('');
      expect(events).toHaveLength(lines.length - 1);
      expect(summary(lines.at(-1))).toBe('');
    });

    it('rejects events with a key that is missing or of another type', async () => {
      const [first = {}] = eventsOf(await traced('-f', 'len,tuple,stack'));
      const mutated: Line[] = [
        { ...first, len: '98' },
        { ...first, timestamp: 1.5 },
        { ...first, packet_id: 1 },
        { ...first, is_return: null },
        { ...first, stack: [1] },
        { ...first, tuple: { ...(first['tuple'] as object), sport: '80' } },
        { ...first, extra: {} },
        ...['packet_id', 'packet', 'timestamp', 'processor_id', 'module', 'is_return'].map((key) =>
          Object.fromEntries(Object.entries(first).filter(([each]) => each !== key)),
        ),
      ];
      expect(line(first)).toBe('');
      for (const each of mutated) expect(line(each), JSON.stringify(each)).not.toBe('');
    });

    it('rejects summaries with a count that is missing or of another type', async () => {
      const told = (await traced()).at(-1)?.['summary'] as Line;
      const { matched, ...rest } = told;
      expect(line({ summary: { ...rest, matched } })).toBe('');
      for (const each of [rest, { ...told, matched: '1' }, { ...told, end: 'whim' }, { ...told, later: {} }])
        expect(line({ summary: each })).not.toBe('');
      expect(line({ summary: told, packet_id: '0x1' })).not.toBe('');
    });

    it.each(lists)('matches fields: %s', async (list) => {
      const events = eventsOf(await traced('-f', list));
      for (const each of events) expect(event(each)).toBe('');
      const keys = list.split(',').map((id) => columns.get(id)?.key ?? id);
      // With the tracer `function` there are no returns.
      expect(Object.keys(events[0] ?? {})).toEqual(expect.arrayContaining(keys));
    });

    it('matches paths', async () => {
      const paths = [
        ...['skb->dev->name', 'skb->dev->dev_addr', 'skb->len', 'skb->cloned', 'task->comm'],
        ...['sk->sk_max_pacing_rate', 'skb->dev', 'shinfo->gso_size', 'skb->dev->reg_state', 'skb->cb'],
      ];
      const [first = {}] = eventsOf(await traced('-f', paths.join()));
      expect(Object.keys(first)).toEqual(expect.arrayContaining(paths));
    });

    it.each(['monotonic', 'real', 'relative', 'delta'])('matches drops, and --time %s', async (format) => {
      const lines = await traced('--drops', '--time', format);
      const drops = lines.filter((each) => 'drop' in each);
      expect(drops).toHaveLength(1);
      const { drop } = drops[0] as { drop: Line };
      expect(drop).toHaveProperty('time');
      expect(line({ drop: { ...drop, reason: 2 } })).not.toBe('');
      expect(line({ drop: { ...drop, location: undefined } })).not.toBe('');
      expect(eventsOf(lines)[0]).toHaveProperty('time');
      expect(summary(lines.at(-1))).toBe('');
    });

    it('matches what extensions add to events and report about packets', async () => {
      const told = `{ lengths: events.map((e) => e.len), first: events[0] ?? null, 'a b': true }`;
      const adding = file(
        'adding.mjs',
        `export default { name: 'adding', onEvent: (e) => ({ twice: 2 * e.len, big: 2n ** 64n, none: null, odd: 'x' }),
           onPacket: (events) => (events.length % 2 === 0 ? 'even' : ${told}) };`,
      );
      const telling = file(
        'telling.mjs',
        `export default { name: 'telling', onPacket: () => ({ all: [] }) };`,
      );
      const [node = '', ...words] = IPFT;
      const skeleton = execFileSync(node, [...words, '--gen', 'bpf-module-skeleton'], { encoding: 'utf8' });
      // A member that is called as a field stands in its place, and is what the extension makes it.
      const renamed = skeleton.replaceAll(/(__u32 |event->)(len|mark)\b(?! *\)|;\n} __attr)/g, '$1own_$2');
      const lines = await traced('-e', adding, '-e', telling, '-e', file('module.c', renamed));
      const packets = lines.filter((each) => !('function' in each) && !('summary' in each));
      expect(packets.length).toBeGreaterThan(2);
      for (const each of packets) expect(each).toHaveProperty('packet');
      expect(eventsOf(lines)[0]).toMatchObject({
        own_mark: `0x${MARK.toString(16)}`,
        big: 2 ** 64,
        none: null,
        odd: 'x',
      });
    });
  },
);
