// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Snap } from '../../../src/core/packet-bytes.js';
import { trace } from '../../support/ipft/in-process.js';
import { MARK } from '../../support/ipft/running.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { run, shell, until } from '../../support/kernel/system.js';
import { snapsIn } from '../../support/packets/snaps.js';
import { TRAFFIC } from '../../support/traffic/traffic.js';
import { Capture } from '../../support/witnesses/capture.js';
import { IS_WHOLE, WHOLE_ONLY } from '../../support/whole.js';

const PORT = 7000;
/** As many as are possible; a GSO packet may be longer by some hundred. */
const SNAPLEN = 65_000;
const PAIR = 'lab/net/pair';
const folder = mkdtempSync('/tmp/ipft-bytes-');
const FILE = `${folder}/trace.ipft`;

beforeAll(() => void run(PAIR, 'up'));
afterAll(() => {
  run(PAIR, 'down');
  rmSync(folder, { recursive: true });
});
afterEach(cleanUp);

/** Marked TCP from a to b, in packets of up to 64 KB whose data are in fragments. */
async function transfer(): Promise<void> {
  const args = ['netns', 'exec', 'ipft-b', TRAFFIC, 'tcp-sink', '--bind', '0.0.0.0', '--port', `${PORT}`];
  const sink = spawn('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(sink, 'exit');
  let said = '';
  sink.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  await until('tcp-sink to listen', () => said.includes('listening'));
  shell(`ip netns exec ipft-a ${TRAFFIC} tcp-send --to 10.0.0.10:${PORT} --bytes 300000 --mark ${MARK}`);
  expect(await ended).toEqual([0, null]);
}

/** The bytes of packets at a function, while these are sent. */
async function bytesAt(name: string, backend: string, send: () => unknown): Promise<Snap[]> {
  const args = [
    '-m',
    MARK,
    '-b',
    backend,
    '-r',
    `^${name}$`,
    '-o',
    'json',
    '-w',
    FILE,
    '--snaplen',
    `${SNAPLEN}`,
  ];
  const running = await trace(args);
  await send();
  const { code, stderr } = await running.end();
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/ Lost: 0\b/) as string });
  expect(stderr).not.toContain('warning: packets with fragments');
  return (await snapsIn(FILE)).flatMap(({ snap }) => snap ?? []);
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
/** Longer than a packet on the wire. */
const LONG = 1514;

describe('the bytes of packets', () => {
  it.each(['auto', ...(IS_WHOLE ? ['kprobe', 'fentry'] : [])])(
    `of TCP are those that tcpdump sees, in fragments and all: -b %s${WHOLE_ONLY}`,
    async (backend) => {
      const capture = await Capture.start('ipft-a', 'veth', 70_000);
      try {
        const snaps = await bytesAt('dev_hard_start_xmit', backend, async () => {
          await transfer();
          await capture.stop();
        });
        const seen = capture
          .matching('src host 10.0.0.1 and greater 200')
          .map((bytes) => hex(bytes.subarray(0, SNAPLEN)));
        const own = snaps.filter(({ length }) => length >= 200);
        expect(seen.length).toBeGreaterThan(3);
        expect(seen.some(({ length }) => length / 2 > LONG)).toBe(true);
        expect(own.map(({ bytes }) => hex(bytes)).sort()).toEqual(seen.sort());
        expect(
          own.every(({ bytes, length, isCut }) => bytes.length === Math.min(length, SNAPLEN) && !isCut),
        ).toBe(true);
        expect(own[0]).toMatchObject({ mac: 0, network: 14, link: 1, protocol: 0x0800, ifname: 'veth' });
      } finally {
        capture.close();
      }
    },
  );

  it.each(['function', ...(IS_WHOLE ? ['function_graph'] : [])])(
    `are recorded at all functions, whose programs the verifier must take: -t %s${WHOLE_ONLY}`,
    async (tracer) => {
      const running = await trace(['-m', MARK, '-t', tracer, '-o', 'json', '-w', FILE, '--snaplen', '300']);
      shell(`ping -q -c 2 -i 0.1 -s 1000 -p c0de -m ${Number(MARK)} 127.0.0.1`);
      const { code, stderr } = await running.end();
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/ Lost: 0\b/) as string });
      const sent = (await snapsIn(FILE)).filter((event) => event.function === 'dev_hard_start_xmit');
      expect(sent.filter(({ snap }) => snap !== null && /(c0de){100}$/.test(hex(snap.bytes)))).toHaveLength(
        2,
      );
    },
  );
});
