// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  BudgetError,
  trace,
  UnsupportedError,
  UsageError,
  type Trace,
  type TraceEvent,
  type TraceOptions,
  type TracePacket,
} from '../../src/index.js';
import { pidsOf, until } from '../support/kernel/system.js';
import { ping, udp } from '../support/traffic/traffic.js';
import { bpfObjects, refusal } from '../support/addon/bpf-objects.js';
import { HOME } from '../support/home.js';

/** No other trace on this machine has this mark, nor the next one. */
const MARK = 0x1b000000 + (process.pid & 0x3fffff) * 2;
const reason = refusal();
const QUEUE = /^tp:net_dev_queue$/;
const OPTIONS: TraceOptions = { mark: MARK, backend: 'tracepoint' };

const start = async (options: Partial<TraceOptions> = {}): Promise<Trace> => {
  const run = trace({ ...OPTIONS, ...options });
  await run.ready;
  return run;
};

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of items) taken.push(item);
  return taken;
}

/** What a rejected promise was rejected with. */
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

beforeAll(() => void execFileSync('lab/traffic/build', { cwd: HOME }));

describe.skipIf(reason !== null)(
  `trace()${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 60_000 },
  () => {
    it('yields events in order of time, with the same values as -o json', async () => {
      const stopped = new AbortController();
      const run = await start({ signal: stopped.signal });
      const before = process.hrtime.bigint();
      await ping(MARK);
      await ping(MARK + 1);
      stopped.abort();
      const events = await all(run);
      const { delivered, matched, end } = await run.summary;
      expect({ delivered, matched, end }).toEqual({
        delivered: events.length,
        matched: events.length,
        end: 'signal',
      });
      const [first] = events;
      expect(first).toEqual({
        packet_id: expect.stringMatching(/^0xffff[0-9a-f]{12}$/) as string,
        packet: 1,
        timestamp: expect.any(BigInt) as bigint,
        processor_id: 1,
        module: 'vmlinux',
        function: 'tp:net_dev_queue',
        is_return: false,
        len: 98,
        gso_type: '',
        gso_size: 0,
        gso_segs: 0,
        mark: MARK,
      } satisfies TraceEvent);
      const times = events.map(({ timestamp }) => timestamp);
      expect(times).toEqual(times.toSorted((left, right) => Number(left - right)));
      expect(times[0]).toBeGreaterThan(before);
    });

    it('yields packets when they are freed, each with all of its events', async () => {
      const run = await start();
      const packets: TracePacket[] = [];
      void (async () => {
        for (let count = 0; count < 3; count++) await ping(MARK);
      })();
      for await (const packet of run.packets()) {
        packets.push(packet);
        if (packets.length === 3) break;
      }
      expect(packets.map(({ packet, complete }) => [packet, complete])).toEqual([
        [1, true],
        [2, true],
        [3, true],
      ]);
      for (const { packet, packet_id, events } of packets) {
        expect(events.length).toBeGreaterThan(4);
        expect(events.every((event) => event.packet === packet && event.packet_id === packet_id)).toBe(true);
        expect(events.at(-1)?.function).toMatch(/^tp:(consume|kfree)_skb$/);
      }
    });

    it('ends at the option count, and counts events after that', async () => {
      const run = await start({ count: 5, selection: { function: QUEUE } });
      await udp({ mark: MARK, count: 100, rate: 0 });
      expect(await all(run)).toHaveLength(5);
      expect(await run.summary).toMatchObject({ delivered: 5, end: 'count' });
    });

    it.each([
      ['break', (): boolean => true, undefined],
      [
        'throw',
        (): boolean => {
          throw new Error('from the loop');
        },
        new Error('from the loop'),
      ],
    ])(
      'removes the probes before the script continues after leaving the loop by %s',
      async (_way, leave, thrown) => {
        const before = new Set(bpfObjects());
        const keepers = new Set(pidsOf('probe-keeper'));
        const run = await start();
        const ours = bpfObjects().filter((object) => !before.has(object));
        const ourKeepers = pidsOf('probe-keeper').filter((pid) => !keepers.has(pid));
        expect(ours.length).toBeGreaterThan(10);
        await ping(MARK);
        const read = async (): Promise<void> => {
          for await (const event of run) if (event.packet === 1 && leave()) break;
        };
        expect(await failure(read())).toEqual(thrown);
        const { matched, delivered, causes, end } = await run.summary;
        expect({ delivered, end, matched }).toEqual({
          delivered: 1,
          end: 'reader left',
          matched: 1 + causes.backlog,
        });
        await until(
          'the end of the programs',
          () => !bpfObjects().some((object) => ours.includes(object)),
          20,
        );
        await until(
          'the end of the probe-keeper',
          () => !pidsOf('probe-keeper').some((pid) => ourKeepers.includes(pid)),
          20,
        );
      },
    );

    it('pauses while the loop is slow, and counts what is lost in the kernel', async () => {
      const run = await start({ pageCount: 4, selection: { function: QUEUE } });
      const COUNT = 150_000;
      await udp({ mark: MARK, count: COUNT, rate: 0 });
      await delay(500);
      run.stop();
      const events = await all(run);
      const { matched, delivered, lost, causes } = await run.summary;
      expect({ matched, delivered }).toEqual({ matched: COUNT, delivered: events.length });
      expect(delivered + lost).toBe(COUNT);
      expect(causes).toMatchObject({ backlog: 0, perf_buffer_full: lost });
      expect(lost).toBeGreaterThan(0);
      expect(delivered).toBeLessThan(80_000);
    });

    it('continues when a slow loop has caught up', async () => {
      const run = await start({ selection: { function: QUEUE } });
      const sent = udp({ mark: MARK, count: 60_000, rate: 50_000 }).then(() => run.stop());
      let events = 0;
      for await (const event of run) {
        if (event.len !== 142) throw new Error(`len ${event.len}`);
        if (events++ % 10_000 === 0) await delay(50);
      }
      await sent;
      expect(events).toBe(60_000);
      expect(await run.summary).toMatchObject({ matched: 60_000, lost: 0, end: 'signal' });
    });

    it('allows two traces at the same time in one process', async () => {
      const [first, second] = [await start({ count: 1 }), await start({ mark: MARK + 1, count: 1 })];
      await ping(MARK + 1);
      await ping(MARK);
      expect((await all(first)).map(({ mark }) => mark)).toEqual([MARK]);
      expect((await all(second)).map(({ mark }) => mark)).toEqual([MARK + 1]);
    });

    it('resolves its summary even if no loop reads the events', async () => {
      const run = await start({ durationMs: 1500 });
      await ping(MARK);
      const { delivered, end } = await run.summary;
      expect([delivered > 4, end]).toEqual([true, 'duration']);
    });

    it('can be read only once', async () => {
      const run = await start({ durationMs: 100 });
      await all(run);
      expect(await failure(all(run.packets()))).toBeInstanceOf(UsageError);
    });

    it('does not start if its signal is already aborted', async () => {
      const error = new Error('not today');
      const run = trace({ ...OPTIONS, signal: AbortSignal.abort(error) });
      expect(await failure(all(run))).toBe(error);
      expect(await failure(run.ready)).toBe(error);
      expect(await failure(run.summary)).toBe(error);
    });

    it('has no events if it is stopped while attaching', async () => {
      const run = trace(OPTIONS);
      run.stop();
      expect(await all(run)).toEqual([]);
      expect(await run.summary).toMatchObject({ matched: 0, functions: 0, end: 'signal' });
      expect(await failure(run.ready)).toBeInstanceOf(UsageError);
    });

    it("throws the command's errors, after the events", async () => {
      const run = await start({ selection: { function: QUEUE }, budget: 0.000001 });
      await ping(MARK);
      const events: TraceEvent[] = [];
      const read = async (): Promise<void> => {
        for await (const event of run) events.push(event);
      };
      expect(await failure(read())).toBeInstanceOf(BudgetError);
      expect(events).toHaveLength(1);
      const graph = trace({ ...OPTIONS, tracer: 'function_graph' });
      expect(await failure(all(graph))).toBeInstanceOf(UnsupportedError);
    });

    it.each([
      [{ mark: -1 }, /mark: expected a whole number from 0 to 4294967295, received -1/],
      [{ mark: undefined }, /neither a mark nor a filter given/],
      [{ mark: 1, backend: 'nope' }, /backend: expected one of auto, fentry-multi/],
      [{ mark: 1, pageCount: 3 }, /pageCount: expected a power of two/],
      [{ mark: 1, selection: { functions: /x/ } }, /selection: expected \{ function\?: RegExp/],
      [{ filters: { container: 'a', netns: '1' } }, /--container: it does not go with --netns/],
      [{ filters: { container: 'no-such' } }, /--container no-such: there is no such container/],
      [{ mark: 1, duration: 5 }, /unknown option 'duration'/],
      [{ mark: 1, signal: 5 }, /signal: expected an AbortSignal/],
      [
        { mark: Object.create(null) as object },
        /mark: expected a whole number .*, received \[Object: null prototype\] \{\}/,
      ],
      [undefined, /expected an object of options/],
      [null, /expected an object of options/],
    ])('refuses %j', async (options, message) => {
      const run = trace(options as unknown as TraceOptions);
      const error = await failure(all(run));
      expect(error).toBeInstanceOf(UsageError);
      expect((error as Error).message).toMatch(message);
      expect(await failure(run.ready)).toBe(error);
    });

    it('accepts a filter from an extension alone', async () => {
      const folder = mkdtempSync('/tmp/ipft-api-');
      const path = `${folder}/where.mjs`;
      writeFileSync(path, `export default { name: 'where', where: 'skb->mark == ${MARK}' };`);
      const run = trace({ backend: 'tracepoint', selection: { function: QUEUE }, extensions: [path] });
      await run.ready;
      await ping(MARK + 1);
      await ping(MARK);
      run.stop();
      expect((await all(run)).map(({ mark }) => mark)).toEqual([MARK]);
      rmSync(folder, { recursive: true });
    });

    it('writes nothing but messages, and those only on request', async () => {
      const script = `
        import { trace } from '${HOME}/src/../dist/index.js';
        for await (const event of trace({ mark: 1, backend: 'tracepoint', durationMs: 100 }));
        try { for await (const event of trace({ mark: 1, backend: 'tracepoint', selection: { function: /^no$/ } })); }
        catch (error) { process.exitCode = error.exitCode; }`;
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8',
      });
      expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: '' });
      let text = '';
      await all(trace({ ...OPTIONS, durationMs: 50, messages: { write: (more) => (text += more) } }));
      expect(text).toMatch(/^Attaching program \(total .*\nTrace ready!\nSamples: 0 Lost: 0\nTrace done!\n$/);
    });
  },
);
