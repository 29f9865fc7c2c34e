// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { trace as traceByApi, UsageError, type TracePacket } from '../../src/index.js';
import { traceProcess } from '../support/ipft/process.js';
import { parseResults } from '../support/ipft/results.js';
import { pause, until } from '../support/kernel/system.js';
import { ping, TRAFFIC } from '../support/traffic/traffic.js';
import { addon } from '../support/addon/addon.js';
import { bpfObjects, refusal } from '../support/addon/bpf-objects.js';
import { HOME } from '../support/home.js';

/** No other trace on this machine has this mark. */
const MARK = 0x1bf70d0b;
const COUNT = 3;
const reason = refusal();
const HAS_REASONS = addon.readDropReasons() !== null;

/** A datagram to a port of the loopback without a socket. */
const sendToNobody = (): unknown =>
  spawnSync(TRAFFIC, ['udp', '--to', '127.0.0.1:9', '--mark', MARK.toString(), '--count', '1']);

async function traced(args: readonly string[]): Promise<string> {
  const running = await traceProcess(['-b', 'tracepoint', '-m', MARK.toString(), '--drops', ...args]);
  await ping(MARK);
  for (let sent = 0; sent < COUNT; sent++) sendToNobody();
  await pause(100);
  const { code, stdout, stderr } = await running.end();
  expect(code).toBe(0);
  expect(stderr).toMatch(/^Samples: \d+ Lost: 0 Dropped: 3$/m);
  expect(stderr).not.toContain('warning');
  return stdout;
}

beforeAll(() => void execFileSync('lab/traffic/build', { cwd: HOME }));

describe.skipIf(reason !== null)(
  `--drops on the running kernel${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 60_000 },
  () => {
    it.each(['.', '^tp:net_dev_queue$'])(
      'shows datagrams without a receiver, but not an answered ping, -r %s',
      async (regex) => {
        const { events, summary } = parseResults(await traced(['-o', 'json', '-r', regex]));
        const drops = events.flatMap((line) => (line as { drop?: object }).drop ?? []);
        const why = HAS_REASONS ? 'NO_SOCKET' : null;
        const expected = { function: '__udp4_lib_rcv', reason: why, cause: why };
        expect(drops).toEqual(drops.map(() => expect.objectContaining(expected) as unknown));
        expect([drops.length, summary.dropped, summary.lost]).toEqual([COUNT, COUNT, 0]);
        expect(summary.omitted).toBeGreaterThan(0);
        const queued = events.filter(
          (line) => (line as { function?: string }).function === 'tp:net_dev_queue',
        );
        expect(queued).toHaveLength(COUNT);
      },
    );

    it('ends each packet with a line that says where and why it was dropped', async () => {
      const groups = (await traced([])).split('===\n').slice(1);
      expect(groups).toHaveLength(COUNT);
      for (const group of groups) {
        expect(group).toContain(' tp:netif_receive_skb ');
        expect(group).toMatch(/\ndropped by __udp4_lib_rcv\+0x[0-9a-f]+: \w+.*\n$/);
      }
    });

    it('gives scripts the packets, with where and why they were dropped', async () => {
      const run = traceByApi({ mark: MARK, backend: 'tracepoint', drops: true });
      await run.ready;
      await ping(MARK);
      for (let sent = 0; sent < COUNT; sent++) sendToNobody();
      await pause(100);
      run.stop();
      const packets: TracePacket[] = [];
      for await (const packet of run.packets()) packets.push(packet);
      expect(packets).toHaveLength(COUNT);
      for (const { packet, events, drops } of packets) {
        expect(events.map((event) => event.function)).toContain('tp:netif_receive_skb');
        expect(events.every((event) => event.packet === packet && event.function.startsWith('tp:'))).toBe(
          true,
        );
        expect(drops).toEqual([
          {
            timestamp: expect.any(BigInt) as bigint,
            location: expect.stringMatching(/^__udp4_lib_rcv\+0x[0-9a-f]+$/) as string,
            function: '__udp4_lib_rcv',
            reason: HAS_REASONS ? 'NO_SOCKET' : null,
            cause: HAS_REASONS ? 'NO_SOCKET' : null,
          },
        ]);
      }
      const { matched, delivered, omitted, dropped, lost } = await run.summary;
      const shown = packets.reduce((sum, { events, drops }) => sum + events.length + drops.length, 0);
      expect({ delivered, dropped, lost }).toEqual({ delivered: shown, dropped: COUNT, lost: 0 });
      expect([matched, omitted > 0]).toEqual([delivered + omitted, true]);
    });

    it('counts what a script has not read when it leaves the loop', async () => {
      const run = traceByApi({ mark: MARK, backend: 'tracepoint', drops: true });
      await run.ready;
      await ping(MARK);
      for (let sent = 0; sent < COUNT; sent++) sendToNobody();
      let read = 0;
      for await (const { events, drops } of run.packets()) {
        read = events.length + drops.length;
        break;
      }
      const { matched, delivered, omitted, causes } = await run.summary;
      expect(delivered).toBe(read);
      expect(matched).toBe(delivered + omitted + causes.backlog);
      expect(causes.backlog).toBeGreaterThan(0);
    });

    it('gives no events to a loop over events rather than packets', async () => {
      const read = async (): Promise<void> => {
        for await (const event of traceByApi({ mark: MARK, backend: 'tracepoint', drops: true }))
          throw new Error(event.function);
      };
      await expect(read()).rejects.toThrow(UsageError);
    });

    it('does not show drops to extensions, only calls', async () => {
      const folder = mkdtempSync('/tmp/ipft-drops-');
      const path = `${folder}/seen.mjs`;
      const code = `onEvent: (e) => ({ seen: e.function }), onPacket: (events) => events.map((e) => e.seen).join()`;
      writeFileSync(path, `export default { name: 'seen', ${code} };`);
      const stdout = await traced(['-e', path]);
      expect(stdout.match(/^dropped by /gm)).toHaveLength(COUNT);
      const told = stdout.split('\n').filter((line) => /^tp:\w+,/.test(line));
      expect(told.length).toBeGreaterThanOrEqual(COUNT);
      expect(told.join()).not.toContain('0x');
      rmSync(folder, { recursive: true });
    });

    it('leaves no programs in the kernel', async () => {
      const ofDrops = (): string[] =>
        bpfObjects().filter((object) => / (ipft_drop|ipft_cause|xdp_\w+)$/.test(object));
      const before = new Set(ofDrops());
      await traced([]);
      await until('the program to go', () => !ofDrops().some((program) => !before.has(program)), 20);
    });
  },
);
