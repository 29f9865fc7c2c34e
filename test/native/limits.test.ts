// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/core/summary.js';
import { ipftProcess, traceProcess, type IpftProcess } from '../support/ipft/process.js';
import { countsOf, parseResults, type RawEvent } from '../support/ipft/results.js';
import { until } from '../support/kernel/system.js';
import { ping, udp } from '../support/traffic/traffic.js';
import { bpfObjects, refusal } from '../support/addon/bpf-objects.js';
import { HOME } from '../support/home.js';

/** No other trace on this machine has these marks. */
const MARK = 0x1bf70abd;
const ARGS = ['-b', 'tracepoint', '-m', MARK.toString(), '-o', 'json'];
const reason = refusal();
const folder = mkdtempSync(join(tmpdir(), 'ipft-limits-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Traced {
  readonly code: number | null;
  readonly stderr: string;
  readonly events: RawEvent[];
  readonly summary: Summary;
}

/** Traces into a file while `action` runs; `signal`: what ends it, null: it does so itself. */
async function traced(
  args: readonly string[],
  action: (running: IpftProcess) => Promise<unknown>,
  signal: 'SIGTERM' | null = 'SIGTERM',
): Promise<Traced> {
  const file = join(folder, 'events');
  const stdout = openSync(file, 'w');
  const running = await traceProcess([...ARGS, ...args], { stdout });
  closeSync(stdout);
  await action(running);
  const { code, stderr } = await (signal === null ? running.ended : running.end(signal));
  const { events, summary } = parseResults(readFileSync(file, 'utf8'));
  return { code, stderr, events: events as RawEvent[], summary };
}

/** Marked packets, as fast as they go. */
const flood = (count: number): Promise<void> => udp({ mark: MARK, count, rate: 0 });

/** Half a second's worth at a time, until the trace ends; as fast as they go, they fill more than a string can hold. */
async function floodUntilItEnds(running: IpftProcess, rate: number): Promise<void> {
  for (let waves = 0; waves < 200 && running.isRunning; waves++)
    await udp({ mark: MARK, count: rate / 2, rate });
}

/** An extension that takes 50 us of an event: ipft itself then costs more than tracing, on a busy machine, too. */
const BUSY = join(folder, 'busy.mjs');
writeFileSync(
  BUSY,
  `export default { name: 'busy', onEvent() { const end = process.hrtime.bigint() + 50_000n; while (process.hrtime.bigint() < end); } };`,
);

beforeAll(() => void execFileSync('lab/traffic/build', { cwd: HOME }));

describe.skipIf(reason !== null)(
  `limits${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 60_000 },
  () => {
    it('--count: prints this many events, reports the others, and leaves nothing in the kernel', async () => {
      const before = new Set(bpfObjects());
      let ours: string[] = [];
      const action = async (): Promise<void> => {
        ours = bpfObjects().filter((object) => !before.has(object));
        await flood(5000);
      };
      const { code, events, summary } = await traced(['--count', '1000'], action, null);
      expect(ours).not.toEqual([]);
      expect(events).toHaveLength(1000);
      expect(summary).toMatchObject({ end: 'count', lost: 0 });
      expect(summary.beyond_count).toBeGreaterThan(0);
      expect(code).toBe(0);
      const left = (): string[] => bpfObjects().filter((object) => ours.includes(object));
      await until('the kernel to be as it was', () => left().length === 0, 20);
    });

    it('--duration: the trace ends by itself, with the events until then', async () => {
      const { code, events, summary } = await traced(['--duration', '500ms'], () => ping(MARK), null);
      expect(events.length).toBeGreaterThan(4);
      expect(summary.end).toBe('duration');
      expect(code).toBe(0);
    });

    it('--max-rate: limits events per second, and counts the others exactly', async () => {
      const [RATE, PACKETS] = [500, 3000];
      const args = ['--max-rate', RATE.toString(), '-r', '^tp:net_dev_queue$'];
      const { code, events, summary, stderr } = await traced(args, () =>
        udp({ mark: MARK, count: PACKETS, rate: 2000 }),
      );
      expect(summary.matched).toBe(PACKETS);
      expect(summary.suppressed).toBe(PACKETS - events.length);
      const times = events.map(({ timestamp }) => timestamp);
      const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1e9;
      // A tenth of a second's worth may come at once.
      expect(events.length).toBeLessThanOrEqual(RATE * (seconds + 0.1) + 2);
      expect(events.length).toBeGreaterThanOrEqual(RATE * 0.1);
      expect(countsOf(stderr)).toMatchObject({ samples: events.length, lost: 0 });
      expect(stderr).toContain(` Suppressed: ${summary.suppressed}\n`);
      expect(code).toBe(0);
    });

    it('--sample: shows all events of a packet, or none', async () => {
      const WAY = ['net_dev_queue', 'net_dev_start_xmit', 'net_dev_xmit', 'netif_receive_skb'];
      const args = ['--sample', '1/3', '-r', `^tp:(${WAY.join('|')})$`];
      const { events, summary } = await traced(args, () => udp({ mark: MARK, count: 3000, rate: 5000 }));
      expect(summary.lost).toBe(0);
      expect(summary.matched).toBe(events.length);
      const ways = new Map<string, string[]>();
      for (const event of events.toSorted((left, right) => left.timestamp - right.timestamp))
        ways.set(event.packet_id, [...(ways.get(event.packet_id) ?? []), event.function]);
      const wrong = [...ways.values()].filter((way) =>
        way.some((name, index) => name !== `tp:${WAY[index % WAY.length]}`),
      );
      expect(wrong).toEqual([]);
      expect([...ways.values()].every((way) => way.length % WAY.length === 0)).toBe(true);
    });

    it('--fail-on-loss: exit code 7 with a small buffer, 0 with a large one', async () => {
      const few = ['-r', '^tp:net_dev_queue$', '--fail-on-loss'];
      const small = await traced([...few, '--perf-page-count', '1'], () => flood(20_000));
      expect(small.summary.lost).toBeGreaterThan(0);
      expect(small.summary.matched).toBe(20_000);
      expect(countsOf(small.stderr)).toMatchObject({ lost: small.summary.lost });
      expect(small.code).toBe(7);
      const large = await traced([...few, '--perf-page-count', '2048'], () => flood(20_000));
      expect(large.summary).toMatchObject({ matched: 20_000, lost: 0 });
      expect(large.code).toBe(0);
    });

    it.each([
      ['ipft itself took', 500, ['--budget', '5%', '-e', BUSY]],
      // Nothing is printed, so ipft itself does nothing; but every packet runs programs.
      ['its BPF programs, with calling them, took', 100_000, ['--budget', '1%', '--max-rate', '1']],
    ])('--budget: ipft detaches, with exit code 8, if %s more than that', async (who, rate, args) => {
      const flooding = (running: IpftProcess): Promise<void> => floodUntilItEnds(running, rate);
      const { code, summary, stderr } = await traced(args, flooding, null);
      expect(stderr).toMatch(
        new RegExp(
          `\nipft: detached, to spare this machine: ${who} [\\d.]+ % of a CPU for \\d\\.\\d s, more than`,
        ),
      );
      expect(summary.end).toBe('budget');
      expect(code).toBe(8);
    });

    it('--budget: the summary tells what a call took, with the way to the program', async () => {
      const PACKETS = 5000;
      const args = ['--budget', '1000%', '-r', '^tp:(net_dev_queue|netif_receive_skb)$'];
      const { code, summary, stderr } = await traced(args, () => flood(PACKETS));
      const { cost } = summary;
      expect(cost).toMatchObject({ hits: summary.matched, uncalibrated: null });
      expect(summary.matched).toBe(2 * PACKETS);
      expect(cost?.miss_ns).toBeGreaterThan(cost?.dispatch_ns ?? NaN);
      expect(cost?.hit_ns).toBeGreaterThan(0);
      expect(cost?.tracing_share).toBeGreaterThan(0);
      expect(stderr).toMatch(/\nTracing took [\d.]+ % of a CPU .* and 10000 that did of [\d.]+ ns; ipft/);
      expect(code).toBe(0);
    });

    it('--budget: a user who may trace but not measure run time gets an error', async () => {
      const capabilities = '+bpf,+perfmon';
      const privilege = ['--inh-caps', capabilities, '--ambient-caps', capabilities];
      const through = ['setpriv', '--reuid', '65534', '--clear-groups', ...privilege];
      const { code, stderr } = await ipftProcess([...ARGS, '--budget', '5%'], { through });
      expect(stderr).toMatch(
        /the kernel does not measure BPF programs.*EPERM\)\nTry: run it as root, .* --budget out\n/,
      );
      expect(code).toBe(3);
      const without = await ipftProcess([...ARGS, '--duration', '100ms'], { through });
      expect(without.code).toBe(0);
    });
  },
);
