// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/core/summary.js';
import { ipft, killLeftovers, until, type Result } from '../support/stand-ins/process.js';
import { NOTHING_MISSING } from '../support/ipft/counters.js';
import { doubts, losses, percent, remarks } from '../../src/engine/losses.js';

afterEach(killLeftovers);

describe('what is missing', () => {
  it.each([
    [1, 3, '33.3 %'],
    [0, 5, '0.0 %'],
    [1, 1_000_000, 'less than 0.1 %'],
    [999_999, 1_000_000, 'more than 99.9 %'],
    [5, 5, '100.0 %'],
  ])('%i of %i are %s', (part, whole, text) => {
    expect(percent(part, whole)).toBe(text);
  });

  it('is reported by cause, or not at all if there is nothing', () => {
    expect(losses(NOTHING_MISSING, 64, 0, 'kprobe')).toEqual([]);
    expect(doubts(NOTHING_MISSING, 'fentry')).toEqual([]);
    expect(remarks(NOTHING_MISSING)).toEqual([]);
    const told = losses(
      {
        ...NOTHING_MISSING,
        matched: 20,
        lost: 4,
        unread: 1,
        missed: 7,
        unreturned: 8,
        noRoom: 9,
        suppressed: 5,
      },
      64,
      0,
      'kprobe',
    );
    expect(told.map(({ text }) => text)).toEqual([
      '15.0 % of the trace is missing: 3 of 20 events were lost, since the ring buffer was full',
      '5.0 % of the trace is missing: 1 of 20 events were lost, since their CPU had just come online, and had no ring buffer yet',
      '9 calls were missed, since the kernel had no room to wait for their return',
      '7 calls were missed, since another BPF program was running on their CPU',
      '8 calls have no return: they still run, or the kernel missed it',
      '1 events are neither among the samples nor the lost ones',
    ]);
    expect(told[0]?.remedy).toBe('--perf-page-count 128, or fewer events: --regex, --sample');
  });

  it.each([
    [{ matched: 100, lost: 76 }, 1, 8],
    [{ matched: 100, lost: 100 }, 1, 16],
    [{ matched: 100, lost: 90 }, 2 ** 17, 2 ** 18],
  ])('suggests a buffer that is large enough: %j with %i pages', (counters, pages, wanted) => {
    const [{ remedy } = {}] = losses(
      { ...NOTHING_MISSING, ...counters, delivered: 100 - counters.lost },
      pages,
      0,
      'kprobe',
    );
    expect(remedy).toContain(`--perf-page-count ${wanted},`);
  });

  it('does not suggest a larger buffer if the buffer has the largest size', () => {
    expect(losses({ ...NOTHING_MISSING, matched: 11, lost: 1 }, 2 ** 18, 0, 'kprobe')[0]?.remedy).toBe(
      'fewer events: --regex, --sample',
    );
  });

  it('suggests a backend whose programs are not preempted if calls were missed', () => {
    const missed = { ...NOTHING_MISSING, missed: 7 };
    expect(losses(missed, 64, 0, 'kprobe-multi')[0]?.remedy).toBe('fewer functions, with --regex');
    for (const backend of ['fentry-multi', 'fentry'])
      expect(losses(missed, 64, 0, backend)[0]?.remedy).toBe(
        'a --backend whose programs are not preempted, kprobe-multi or kprobe',
      );
  });

  it('does not include missed ends of packets, which are reported as doubts with a remedy', () => {
    const missed = { ...NOTHING_MISSING, missedEnds: 6 };
    expect(losses(missed, 64, 0, 'kprobe')).toEqual([]);
    expect(doubts(missed, 'kprobe')).toEqual([
      {
        text: '6 ends of packets were missed, since another BPF program was running on their CPU: two packets of the same skb may be shown as one',
        remedy: 'fewer functions, with --regex',
      },
    ]);
    expect(doubts({ ...missed, relations: 3 }, 'kprobe')[0]?.text).toMatch(
      /^6 ends or relations of packets were missed, .* be shown as one, or one without its parent$/,
    );
  });

  it('does not include events that were left out on request', () => {
    const asked = { ...NOTHING_MISSING, matched: 40, suppressed: 30, late: 2 };
    expect(losses(asked, 64, 0, 'kprobe')).toEqual([]);
    expect(remarks(asked)).toEqual([
      '75.0 % of 40 events were left out by --max-rate: 30',
      '2 events came too late to be printed in order of time',
    ]);
  });
});

function summaryOf({ stdout }: Result): { lines: number; summary: Summary } {
  const lines = stdout.trimEnd().split('\n');
  const { summary } = JSON.parse(lines.pop() ?? '') as { summary: Summary };
  return { lines: lines.length, summary };
}

describe('-o json', () => {
  it('ends with a summary whose counts add up', async () => {
    const env = { FAKE_SUPPRESSED: '3', FAKE_NO_ROOM: '5' };
    const run = await ipft(['-m', '1', '-o', 'json', '--max-rate', '7'], { env }).says('Trace ready!');
    const result = await run.kill('SIGTERM').ended;
    const { lines, summary } = summaryOf(result);
    expect(lines).toBe(4);
    expect(summary).toEqual({
      matched: 9,
      delivered: 4,
      lost: 2,
      causes: { perf_buffer_full: 2, no_buffer: 0, backlog: 0, recursion: 0, no_room: 5, missed_returns: 0 },
      followed: 0,
      relations: 0,
      lost_relations: 0,
      moves: 0,
      lost_moves: 0,
      unfollowed: 0,
      suppressed: 3,
      omitted: 0,
      checked: null,
      violations: null,
      packet_bytes: null,
      nft: null,
      ways: null,
      dropped: null,
      trigger: null,
      dumps: null,
      cost: null,
      beyond_count: 0,
      late: 0,
      untracked: 0,
      cut_packets: 0,
      missed_ends: 0,
      duration_s: expect.any(Number) as number,
      kernel: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(),
      backend: 'kprobe-multi',
      tracer: 'function',
      functions: 3,
      later: { modules: [], cpus: 0 },
      xdp_devices: [],
      xdp_unseen_netns: 0,
      xdp_drops: null,
      candidates: { confirmed: [], refuted: [], uncertain: 0 },
      absent: [],
      real_offset_ns: '1000000000000000000',
      clock_step_ns: 0,
      consumers: null,
      end: 'signal',
    });
    expect(result.stderr).toContain('Samples: 4 Lost: 2 Suppressed: 3\n');
    expect(result.stderr).toContain('\n33.3 % of 9 events were left out by --max-rate: 3\n');
  });
});

describe('--fail-on-loss', () => {
  const end = async (env: Record<string, string>): Promise<Result> => {
    const run = await ipft(['-m', '1', '--fail-on-loss'], { env }).says('Trace ready!');
    return run.kill('SIGINT').ended;
  };

  it.each([
    { FAKE_LOST: '1' },
    { FAKE_LOST: '0', FAKE_NO_ROOM: '1' },
    { FAKE_LOST: '0', FAKE_UNRETURNED: '1' },
    { FAKE_LOST: '0', FAKE_LOST_RELATIONS: '1' },
    { FAKE_LOST: '0', FAKE_UNFOLLOWED: '1' },
  ])('exits with 7 for %j, after printing the results', async (env) => {
    const { code, stdout, stderr } = await end(env);
    expect(stderr).toMatch(/Trace done!\nipft: something is missing from the results, and --fail-on-loss/);
    expect(stdout).toContain('4 0000');
    expect(code).toBe(7);
  });

  it('exits with 7 if the reader has not read everything', async () => {
    const env = { FAKE_LOST: '0', FAKE_FLOOD: '1' };
    const run = ipft(['-m', '1', '-o', 'stream', '--fail-on-loss'], { env });
    run.child.stdout?.once('data', () => run.child.stdout?.destroy());
    expect((await run.ended).code).toBe(7);
  });

  it.each([{ FAKE_LOST: '0' }, { FAKE_LOST: '0', FAKE_SUPPRESSED: '9' }])(
    'exits with 0 for %j',
    async (env) => {
      expect((await end(env)).code).toBe(0);
    },
  );
});

describe('a trace ends by itself', () => {
  const flood = { env: { FAKE_FLOOD: '1', FAKE_LOST: '0' } };

  it.each(['1', '3', '499', '500', '1201'])('after --count %s events, and prints no more', async (count) => {
    const result = await ipft(['-m', '1', '-o', 'json', '--count', count], flood).ended;
    const { lines, summary } = summaryOf(result);
    expect(lines).toBe(Number(count));
    expect(summary).toMatchObject({ delivered: lines, matched: lines + summary.beyond_count, end: 'count' });
    expect(result.stderr).toMatch(new RegExp(`\nSamples: ${count} Lost: 0\nTrace done!\n$`));
    expect(result.code).toBe(0);
  });

  it('after --count events with -o aggregate', async () => {
    const { code, stdout } = await ipft(['-m', '1', '--count', '777'], flood).ended;
    expect(stdout.trimEnd().split('\n')).toHaveLength(777 + 1);
    expect(code).toBe(0);
  });

  it('after --duration', async () => {
    const result = await ipft(['-m', '1', '-o', 'json', '--duration', '300ms']).ended;
    const { summary } = summaryOf(result);
    expect(summary.end).toBe('duration');
    expect(summary.duration_s).toBeGreaterThanOrEqual(0.299);
    expect(result.code).toBe(0);
  });
});

describe('more events of packets in flight than can be held', () => {
  const flood = { env: { FAKE_FLOOD: '1', FAKE_LOST: '0' } };
  const CUT = /warning: 1 packets were shown before their end[^]*\nTry: fewer events.*\nTrace done!\n/;
  /** What all the events of one packet are in pieces of, in the lines of `text` that match. */
  const lines = (text: string, shown: RegExp): number => text.match(shown)?.length ?? 0;

  it('make -o aggregate show a packet in several groups, with a warning', async () => {
    const args = ['-m', '1', '--fail-on-loss', '--count', '400600'];
    const { code, stdout, stderr } = await ipft(args, flood).ended;
    expect([lines(stdout, /^===$/gm), lines(stdout, / ip_/g)]).toEqual([2, 400_600]);
    expect(stderr).toMatch(CUT);
    expect(code).toBe(7);
  });

  it('make --family show a family in several groups, with a warning', async () => {
    const args = ['-m', '1', '--family', '--check', 'none', '--fail-on-loss', '--count', '400600'];
    const { code, stdout, stderr } = await ipft(args, flood).ended;
    expect([lines(stdout, /^=== family of /gm), lines(stdout, / ip_/g)]).toEqual([2, 400_600]);
    expect(stderr).toMatch(CUT);
    expect(code).toBe(7);
  });

  it('do not exist up to 400,000 events', async () => {
    const { code, stdout, stderr } = await ipft(['-m', '1', '--count', '400000'], flood).ended;
    expect([code, lines(stdout, /^===$/gm)]).toEqual([0, 1]);
    expect(stderr).not.toContain('warning');
  });

  it('make ipft call onPacket several times for a packet, with a warning', async () => {
    const directory = mkdtempSync('/tmp/ipft-unit-');
    const path = `${directory}/counts.mjs`;
    writeFileSync(path, `export default { name: 'x', onPacket: (events) => ({ held: events.length }) };`);
    const args = ['-m', '1', '-o', 'json', '-e', path, '--count', '100003'];
    const { stdout, stderr } = await ipft(args, flood).ended;
    const told = [...stdout.matchAll(/"held":(\d+)/g)].map(([, held]) => held);
    expect(told).toEqual(['100001', '2']);
    expect(summaryOf({ stdout } as Result).summary).toMatchObject({ delivered: 100_003, cut_packets: 1 });
    expect(stderr).toMatch(CUT);
    rmSync(directory, { recursive: true });
  });
});

it('a second signal reports how many events a stalled reader did not get', async () => {
  const directory = mkdtempSync('/tmp/ipft-unit-');
  const log = `${directory}/session`;
  const env = { FAKE_FLOOD: '1', FAKE_READ_LOG: log };
  const run = ipft(['-m', '1', '-o', 'json'], { stdout: 'stalled', env });
  await until(() => existsSync(log)); // it pauses
  await run.kill('SIGINT').says('Trace done!');
  const { code } = await run.kill('SIGINT').ended;
  await until(() => run.stderr.includes('events were not written')); // may come behind the exit
  const [, unwritten, taken] = /(\d+) of (\d+) events were not written/.exec(run.stderr) ?? [];
  expect(Number(unwritten)).toBeGreaterThan(0);
  expect(Number(unwritten)).toBeLessThanOrEqual(Number(taken));
  expect(code).toBe(130);
  rmSync(directory, { recursive: true });
});
