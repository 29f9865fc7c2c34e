// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TraceReader } from '../../src/capture/trace-reader.js';
import { refusal } from '../support/addon/bpf-objects.js';
import { HOME } from '../support/home.js';
import { IPFT, ipftProcess, IpftProcess } from '../support/ipft/process.js';
import { parseResults } from '../support/ipft/results.js';
import { run } from '../support/kernel/system.js';

/* ipft merge interleaves files of this machine by time. */

const MARK = 0x1c000000 + (process.pid & 0x3ffffe);
const reason = refusal();
const FIELDS = ['-f', 'len,stack'];
const traceOf = (mark: number, functions: string): string[] => [
  ...['-m', `${mark}`, '-b', 'tracepoint', '-r', `^tp:(${functions})$`],
];
const A = traceOf(MARK, 'net_dev_queue|consume_skb');
const B = traceOf(MARK + 1, 'netif_receive_skb|net_dev_queue');

const folder = mkdtempSync('/tmp/ipft-merge-');
const file = (name: string): string => `${folder}/${name}.ipft`;
afterAll(() => rmSync(folder, { recursive: true }));

function ipft(...words: string[]) {
  const [program = '', ...rest] = [...IPFT, ...words];
  const { status, stdout, stderr } = spawnSync(program, rest, { cwd: HOME, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

interface Seen {
  readonly timestamp: string;
  readonly packet: number;
  readonly function: string;
  readonly stack: readonly string[];
}

function seenIn(name: string): { events: Seen[]; summary: ReturnType<typeof parseResults>['summary'] } {
  const { code, stdout, stderr } = ipft('show', file(name), '-o', 'json', ...FIELDS);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { events, summary } = parseResults(stdout);
  return { events: events as unknown as Seen[], summary };
}

describe.skipIf(reason !== null)(
  `merged files${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 60_000 },
  () => {
    beforeAll(async () => {
      const traces = [
        new IpftProcess(['record', ...A, ...FIELDS, '-w', file('a')]),
        new IpftProcess(['record', ...B, ...FIELDS, '-w', file('b')]),
      ];
      await Promise.all(traces.map((trace) => trace.says('Trace ready!')));
      for (const mark of [MARK, MARK + 1, MARK, MARK + 1])
        run('ping', '-q', '-c', '2', '-i', '0.05', '-m', `${mark}`, '127.0.0.1');
      await Promise.all(traces.map((trace) => trace.end()));
      await ipftProcess(['record', ...A, '-f', 'len,skb->hash', '-w', file('other'), '--duration', '100ms']);
    }, 60_000);

    it('have all events by time, with packets and stacks that are told apart', () => {
      expect(ipft('merge', file('a'), file('b'), '-w', file('c'))).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      });
      const [a, b, c] = [seenIn('a'), seenIn('b'), seenIn('c')];
      expect([a.events.length, b.events.length]).toEqual([8, 8]);
      const numbered = [a, b].flatMap(({ events }, place) =>
        events.map((event) => ({ ...event, packet: (event.packet - 1) * 2 + place + 1 })),
      );
      const byTime = numbered.sort((one, other) => Number(BigInt(one.timestamp) - BigInt(other.timestamp)));
      expect(c.events).toEqual(byTime);
      expect(c.events[0]?.stack.length).toBeGreaterThan(3);
      expect(c.summary).toMatchObject({
        matched: a.summary.matched + b.summary.matched,
        delivered: 16,
        backend: 'tracepoint',
        consumers: null,
      });
    });

    it('have the devices of the files, and not those of the namespace in which they are merged', async () => {
      const record = ['record', ...A, ...FIELDS, '-w', file('inside'), '--duration', '100ms'];
      const inside = `mount -t sysfs sysfs /sys && exec ${[...IPFT, ...record].map((word) => `'${word}'`).join(' ')}`;
      run('unshare', '--net', '--mount', 'sh', '-c', inside);
      const devicesIn = async (name: string) =>
        (await TraceReader.open(createReadStream(file(name)), name)).description.devices ?? [];
      expect(ipft('merge', file('inside'), file('a'), '-w', file('e'))).toMatchObject({ code: 0 });
      const [own, others] = [await devicesIn('inside'), await devicesIn('a')];
      expect(own.map(({ name }) => name)).toEqual(['lo']);
      expect(await devicesIn('e')).toEqual([...own, ...others]);
      expect(ipft('merge', file('inside'), file('inside'), '-w', file('e'))).toMatchObject({ code: 0 });
      expect(await devicesIn('e')).toEqual(own);
    });

    it('can be merged with a further one, and be written to a pipe', () => {
      const command = `${IPFT.join(' ')} merge ${file('c')} ${file('a')} -w - | ${IPFT.join(' ')} show - -o json`;
      const { stdout } = spawnSync('bash', ['-c', command], { cwd: HOME, encoding: 'utf8' });
      expect(parseResults(stdout).events).toHaveLength(24);
    });

    it.each([
      [
        [file('a'), file('other'), '-w', file('d')],
        /fields differ: stack and .*skb->hash\nTry: ipft record with the same -f/,
      ],
      [[file('a'), file('b'), '-w', file('b')], /b\.ipft is one of the files to merge\nTry: another file/],
      [[file('a'), '-w', file('d')], /there is one file only/],
      [
        [file('a'), 'test/unit/recordings/function.ipft', '-w', file('d')],
        /of different hosts|of the same boot/,
      ],
      [[file('a'), '/proc/version', '-w', file('d')], /no capture file/],
      [[file('a'), file('b')], /--write/],
    ])('%j is refused', (words, message) => {
      const { code, stdout, stderr } = ipft('merge', ...words);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(message);
    });
  },
);
