// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { IpftProcess, ipftProcess, traceProcess, type RunOptions } from '../support/ipft/process.js';
import { expectOrder } from '../support/ipft/order.js';
import { countsOf, parseJson, sequence, type Event } from '../support/ipft/results.js';
import { pidsOf, readText, until } from '../support/kernel/system.js';
import { ping, runSilently, udp } from '../support/traffic/traffic.js';
import { proves } from '../support/matrix.js';
import { addon } from '../support/addon/addon.js';
import { bpfObjects, refusal } from '../support/addon/bpf-objects.js';
import { HOME } from '../support/home.js';
import { trace, ipft } from '../support/ipft/in-process.js';

/** No other trace on this machine has these marks. */
const MARK = 0x1bf70abc;
const BACKEND = ['-b', 'tracepoint'];
const reason = refusal();
/** A guest of lab/vm is emulated: a flood takes it long. */
const IS_GUEST = readText('/proc/cmdline').includes('ipft.job=');

/** Traces while `action` runs; returns the events. */
async function traced(
  args: readonly string[],
  action: () => Promise<unknown>,
): Promise<{ events: Event[]; stderr: string }> {
  const running = await trace([...BACKEND, '-o', 'json', ...args]);
  await action();
  const { code, stdout, stderr } = await running.end();
  expect(code).toBe(0);
  return { events: parseJson(stdout), stderr };
}

const marked = (mark: number): string[] => ['-m', mark.toString()];

beforeAll(() => void execFileSync('lab/traffic/build', { cwd: HOME }));

describe.skipIf(reason !== null)(
  `the running kernel, by raw tracepoints${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 60_000 },
  () => {
    it('shows the path of a marked ping over lo, and nothing else', async (context) => {
      proves(context, { backend: 'tracepoint', tracer: 'function', result: 'yes' });
      const { events, stderr } = await traced(marked(MARK), async () => {
        await ping(MARK);
        await ping(MARK + 1);
        await ping();
      });
      const names = sequence(events);
      const way = ['net_dev_queue', 'net_dev_start_xmit', 'netif_rx', 'net_dev_xmit', 'netif_receive_skb'];
      const expected = way.map((name) => `tp:${name}`);
      expect(names.filter((name) => expected.includes(name))).toEqual(expected);
      expect(names.at(-1)).toMatch(/^tp:(consume|kfree)_skb$/);
      expect(new Set(events.map(({ packet_id }) => packet_id)).size).toBe(1);
      expect(events[0]).toMatchObject({ len: 98, mark: MARK, module: 'vmlinux', gso_type: '' });
      expect(countsOf(stderr)).toEqual({ samples: events.length, lost: 0, missed: 0 });
    });

    it.each(['^tp:net_dev_queue$', '.'])(
      'distinguishes packets that reuse an skb address, -r %s',
      async (regex) => {
        const COUNT = 100;
        const pings = ['ping', '-n', '-q', '-c', `${COUNT}`, '-i', '0.002', '-m', `${MARK}`, '127.0.0.1'];
        const { events } = await traced([...marked(MARK), '-r', regex], () =>
          runSilently('taskset', ['-c', '1', ...pings]),
        );
        const queued = events.filter((event) => event.function === 'tp:net_dev_queue');
        expect(new Set(events.map(({ packet }) => packet)).size).toBe(COUNT);
        expect(new Set(queued.map(({ packet }) => packet)).size).toBe(COUNT);
        expect(new Set(queued.map(({ packet_id }) => packet_id)).size).toBeLessThan(COUNT);
      },
    );

    it('compares only the bits of --mask', async () => {
      const { events } = await traced([...marked(0x1bf70000), '--mask', '0xffff0000'], async () => {
        await ping(MARK);
        await ping(0x1bf80abc);
      });
      expect(new Set(events.map(({ mark }) => mark))).toEqual(new Set([MARK]));
    });

    it('traces the tracepoints that --regex selects, and prints a table', async () => {
      const running = await trace([...BACKEND, ...marked(MARK), '-r', '^tp:net_dev_queue$']);
      await ping(MARK);
      const { stdout, stderr } = await running.end();
      expect(stdout).toMatch(/^===\n\d+ 0001 {16} tp:net_dev_queue \(len: 98\)\n$/);
      expect(stderr).toMatch(/succeeded 1, failed 0 filtered: \d+ untraceable: 0\)\nTrace ready!\n/);
    });

    it('counts all of 1,000 packets', async () => {
      const { events, stderr } = await traced(marked(MARK), () =>
        udp({ mark: MARK, count: 1000, rate: 5000 }),
      );
      expect(events.filter((event) => event.function === 'tp:net_dev_queue')).toHaveLength(1000);
      expect(countsOf(stderr)).toEqual({ samples: events.length, lost: 0, missed: 0 });
    });

    it('streams a flood on two CPUs in order of time', () =>
      expectOrder(BACKEND, MARK, IS_GUEST ? 5_000 : 30_000));

    it('counts what a small buffer loses: matched = delivered + lost', async () => {
      const small = ['-r', '^tp:net_dev_queue$', '--perf-page-count', '1'];
      const { events, stderr } = await traced([...marked(MARK), ...small], () =>
        udp({ mark: MARK, count: 20_000, rate: 0 }),
      );
      const { samples, lost } = countsOf(stderr);
      expect(samples).toBe(events.length);
      expect(samples + lost).toBe(20_000);
      expect(lost).toBeGreaterThan(0);
    });
  },
);

describe.skipIf(reason !== null)(
  `nothing is left after a trace by raw tracepoints${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 60_000 },
  () => {
    /** Runs `end` on a trace; resolves when nothing of what the trace put into the kernel is left there. */
    async function expectNothingLeft(end: (running: IpftProcess) => Promise<unknown>): Promise<void> {
      const before = new Set(bpfObjects());
      const keepers = new Set(pidsOf('probe-keeper'));
      const running = await traceProcess([...BACKEND, ...marked(MARK)]);
      const ours = bpfObjects().filter((object) => !before.has(object));
      const ourKeepers = pidsOf('probe-keeper').filter((pid) => !keepers.has(pid));
      const programs = ours.filter((object) => object.endsWith(' ipft_tracepoint'));
      expect(programs).toHaveLength(addon.readTracepoints().names.split('\n').length);
      expect(ourKeepers).not.toEqual([]);
      await end(running);
      const left = (): string[] => bpfObjects().filter((object) => ours.includes(object));
      await until(`the kernel to be as it was, not: ${left().join(', ')}`, () => left().length === 0, 20);
      await until(
        'the probe-keeper to end',
        () => !pidsOf('probe-keeper').some((pid) => ourKeepers.includes(pid)),
        20,
      );
    }

    it('that was ended by a signal', () => expectNothingLeft((running) => running.end()));

    it('that was killed', () => expectNothingLeft((running) => running.end('SIGKILL')));
  },
);

/** What `ipft doctor --json` tells here, as far as tests look at it. */
interface Report {
  readonly auto: string | null;
  readonly backends: readonly { id: string; usable: boolean; reasons: string[] }[];
  readonly tracepoints: { count: number };
  readonly functions: { count: number };
}

interface Diagnosis {
  readonly code: number | null;
  readonly report: Report;
}

async function doctor(options: RunOptions = {}): Promise<Diagnosis> {
  const { code, stdout } = await ipftProcess(['doctor', '--json'], options);
  return { code, report: JSON.parse(stdout) as Report };
}

let found: Promise<Diagnosis> | undefined;
/** What root is told, which does not change from test to test. */
const diagnosis = (): Promise<Diagnosis> => (found ??= doctor());

describe.skipIf(reason !== null)(
  `on this machine${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 60_000 },
  () => {
    it('doctor finds that tracing is possible', async () => {
      const { code, report } = await diagnosis();
      expect(code).toBe(0);
      expect(report.backends.find(({ id }) => id === 'tracepoint')).toMatchObject({
        usable: true,
        reasons: [],
      });
      expect(report.auto).not.toBeNull();
      const list = await ipftProcess(['--list', ...BACKEND]);
      expect(list.stdout.trimEnd().split('\n')).toHaveLength(report.tracepoints.count);
      expect(report.functions.count).toBeGreaterThan(1000);
      const { stdout } = await ipftProcess(['doctor']);
      expect(stdout).toMatch(/^ {2}tracepoint +yes /m);
      expect(stdout).toContain(`--backend auto picks ${report.auto ?? ''}`);
      expect(stdout.split('\n').length).toBeLessThan(40);
    });

    it.for(['fentry-multi', 'kprobe-multi', 'kprobe', 'fentry'])(
      "doctor's report on %s agrees with -b",
      async (backend, context) => {
        const { report } = await diagnosis();
        const finding = report.backends.find(({ id }) => id === backend);
        const args = [...marked(MARK), '-b', backend, '-r', '^ip_rcv$'];
        if (finding?.usable === true) {
          expect((await (await trace(args)).end()).code).toBe(0);
          return;
        }
        const { code, stdout, stderr } = await ipft(args);
        expect([3, 4]).toContain(code);
        expect(stdout).toBe('');
        const [, refused = ''] = /is refused with (E\w+)/.exec(stderr) ?? [];
        const reasons = finding?.reasons.join('\n') ?? '';
        if (code === 4) expect(reasons).toContain(`${backend} is refused with ${refused}`);
        else expect(stderr).toContain(`ipft: ${finding?.reasons[0] ?? ''}`);
        proves(context, { backend, tracer: 'function', result: refused || 'EPERM' });
      },
    );

    it('doctor finds that a user without privilege can trace nothing', async () => {
      const through = ['setpriv', '--reuid', '65534', '--clear-groups'];
      const { code, report } = await doctor({ through });
      expect([code, report.auto]).toEqual([3, null]);
      expect(report.backends.every(({ reasons }) => (reasons[0] ?? '').startsWith('no privilege'))).toBe(
        true,
      );
      const refused = await ipftProcess(marked(MARK), { through });
      expect([refused.code, refused.stderr]).toEqual([
        3,
        expect.stringMatching(/no privilege[^]*Try: run it as root/),
      ]);
    });

    it('--backend auto chooses the backend that doctor names, and says why if it is tracepoint', async () => {
      const { report } = await diagnosis();
      const few = ['-r', '^(ip_rcv|tp:net_dev_queue)$']; // whatever the backend, some kernels arm function by function
      const running = await trace([...marked(MARK), ...few, '-v']);
      expect((await running.end()).stderr).toContain(`Backend ${report.auto ?? ''}: `);
      if (report.auto !== 'tracepoint') return;
      const quiet = await trace(marked(MARK));
      await ping(MARK);
      const { stdout, stderr } = await quiet.end();
      expect(stderr).toMatch(/^Backend tracepoint: .*; so only tracepoints are traced, not functions\n/);
      expect(stdout).toContain('tp:net_dev_queue');
    });
  },
);
