// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { trace } from '../../src/index.js';
import { refusal } from '../support/addon/bpf-objects.js';
import { ipftProcess } from '../support/ipft/process.js';
import { parseResults } from '../support/ipft/results.js';
import { ping } from '../support/traffic/traffic.js';

/** No other trace on this machine has this mark. */
const MARK = 0x1e000000 + (process.pid & 0x3fffff);
const reason = refusal();
const ARGS = ['-m', `${MARK}`, '-b', 'tracepoint', '-r', '^tp:(net_dev_queue|netif_receive_skb)$'];
const pinging = (times: number): string[] =>
  `-- ping -n -q -c ${times} -i 0.01 -m ${MARK} 127.0.0.1`.split(' ');
const PING = pinging(3);

const folder = mkdtempSync('/tmp/ipft-further-');
afterAll(() => rmSync(folder, { recursive: true }));
const read = (name: string): string => readFileSync(`${folder}/${name}`, 'utf8');

describe.skipIf(reason !== null)(
  `several outputs of one trace${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 60_000 },
  () => {
    it('--also writes the same events to files', async () => {
      const also = ['--also', `json=${folder}/events.json`, '--also', `csv=${folder}/events.csv`];
      const { code, stdout } = await ipftProcess([...ARGS, '-o', 'stream', ...also, ...PING]);
      const { events, summary } = parseResults(read('events.json'));
      const lines = stdout.split('\n').filter((line) => /^ *#/.test(line));
      expect({ code, lines: lines.length, csv: read('events.csv').trimEnd().split('\n').length }).toEqual({
        code: 0,
        lines: events.length,
        csv: 1 + events.length,
      });
      expect(events.length).toBeGreaterThanOrEqual(6);
      expect(summary.consumers).toEqual([
        { name: 'stream to stdout', missed: 0 },
        { name: `json to ${folder}/events.json`, missed: 0 },
        { name: `csv to ${folder}/events.csv`, missed: 0 },
      ]);
    });

    it('shows the members added by an extension in each of them', async () => {
      const path = `${folder}/adds.mjs`;
      writeFileSync(
        path,
        `export default { name: 'adds', onEvent: ({ len }) => ({ twice: 2 * len }), onPacket: () => 'seen' };\n`,
      );
      const also = ['--also', `json=${folder}/added.json`];
      const { stdout } = await ipftProcess([...ARGS, '-e', path, '-o', 'stream', ...also, ...PING]);
      const written = read('added.json').trimEnd().split('\n');
      const twice = written.filter((line) => line.includes('"twice":')).length;
      expect(twice).toBeGreaterThanOrEqual(6);
      expect(stdout.match(/ twice: \d+\)/g)).toHaveLength(twice);
      expect(stdout.match(/^seen$/gm)).toHaveLength(3);
      expect(written.filter((line) => line.includes('"text":"seen"'))).toHaveLength(3);
    });

    it('gives a script its loop and additional files', async () => {
      const run = trace({
        ...{ mark: MARK, backend: 'tracepoint', selection: { function: /^tp:net_dev_queue$/ }, count: 2 },
        also: [
          { output: 'stream', file: `${folder}/loop.txt` },
          { output: 'json', file: `${folder}/loop.json` },
        ],
      });
      await run.ready;
      await ping(MARK);
      await ping(MARK);
      const times: bigint[] = [];
      for await (const { timestamp } of run) times.push(timestamp);
      const { events } = parseResults(read('loop.json'));
      expect(times).toHaveLength(2);
      expect(events.map((event) => BigInt((event as { timestamp: number }).timestamp))).toEqual(times);
      expect(read('loop.txt').trimEnd().split('\n')).toHaveLength(2);
      expect((await run.summary).consumers?.map(({ name }) => name)).toEqual([
        'the loop',
        `stream to ${folder}/loop.txt`,
        `json to ${folder}/loop.json`,
      ]);
    });

    it('reports an error in one of the files, and leaves nothing loaded', async () => {
      const { code, stderr, stdout } = await ipftProcess([
        ...ARGS,
        '--also',
        `json=${folder}/none/x`,
        ...PING,
      ]);
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
      expect(stderr).toContain(`--also: cannot write ${folder}/none/x (ENOENT)`);
    });

    it('ends when a disk is full, with the other outputs complete', async () => {
      const { code, stdout, stderr } = await ipftProcess([
        ...ARGS,
        '-o',
        'json',
        '--also',
        'stream=/dev/full',
        ...pinging(300), // 3 seconds: the disk is found to be full before the command ends
      ]);
      expect({ code, ends: parseResults(stdout).summary.end }).toEqual({ code: 3, ends: 'failure' });
      expect(stderr).toContain('the disk under /dev/full is full (ENOSPC)');
    });
  },
);
