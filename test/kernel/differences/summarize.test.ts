// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PathsReport } from '../../../src/outputs/reports/paths.js';
import { IpftProcess } from '../../support/ipft/process.js';
import { DEADBEEF, MARK } from '../../support/ipft/running.js';
import { bothWays, differences, expectAllAccounted } from '../../support/ipft/summarized.js';
import { HAS_FPROBE } from '../../support/kernel/fprobe.js';
import { cleanUp, expectNothingLeft } from '../../support/kernel/kernel.js';
import { pause } from '../../support/kernel/system.js';
import { downPath, PAIR, transfer, upPath } from '../../support/traffic/path.js';
import { freeOldPackets, ping, runSilently, TRAFFIC, udp } from '../../support/traffic/traffic.js';
import { IS_WHOLE, wholeOnlyBut } from '../../support/whole.js';

beforeAll(() => upPath(PAIR));
afterAll(() => downPath(PAIR));
afterEach(cleanUp);

/** Whose programs are not preempted: the kernel skips none. */
const EXACT = HAS_FPROBE ? 'kprobe-multi' : 'kprobe';

/** Delivered and dropped packets, clones of them, some that are larger than a segment, and those of TCP, which it keeps. */
async function traffic(): Promise<void> {
  const sends = ['udp', '--mark', MARK];
  await udp({ mark: DEADBEEF, count: 100, rate: 0 });
  for (let count = 0; count < 10; count++) await ping(DEADBEEF);
  for (let count = 0; count < 5; count++)
    await runSilently(TRAFFIC, [...sends, '--to', '127.0.0.1:9', '--size', '100']);
  await runSilently(TRAFFIC, [...sends, '--to', '127.0.0.1:9998', '--sink', '--count', '10', '--size', '12000', '--segment', '1200']); // prettier-ignore
  await transfer(5041, 30_000);
  await pause(500);
}

/** Attaching twice to all functions by kprobes takes more than a minute; by trampolines it is not for many. */
const FEW = ['-r', '^(ip_(rcv|output|local)|udp_|kfree_skb|__skb_gso)'];
const selectionFor = (backend: string): string[] =>
  backend === 'kprobe-multi' || (backend === 'kprobe' && IS_WHOLE) ? [] : FEW;

describe.each([...new Set([EXACT, 'kprobe', 'fentry'])])('ipft paths --summarize with -b %s', (backend) => {
  const [skips, why] = wholeOnlyBut(EXACT, backend);

  it.skipIf(skips)(`says the same of the same packets as without it${why}`, async () => {
    // One trace must not confirm a candidate for the other only.
    await udp({ mark: DEADBEEF, count: 200, rate: 0 });
    const { kept, traced } = await bothWays(['-m', MARK, '-b', backend, ...selectionFor(backend)], traffic);
    expect(differences(kept, traced)).toEqual({ one: [], other: [] });
    expect(kept.packets).toBeGreaterThan(120);
    expectAllAccounted(kept);
  });
});

describe('ipft paths --summarize', () => {
  it('loses nothing of 20,000 packets, with the default buffers, and leaves nothing behind', async () => {
    const count = 20_000;
    const args = ['-m', MARK, '-b', EXACT, ...selectionFor(EXACT), '--fail-on-loss'];
    const running = new IpftProcess(['paths', '--json', '--summarize', ...args]);
    await running.says('Trace ready!');
    await udp({ mark: DEADBEEF, count, rate: 0 });
    await freeOldPackets();
    await pause(500);
    const { code, stdout, stderr } = await running.end();
    const report = JSON.parse(stdout) as PathsReport;
    // An interrupt within a program runs the programs of another packet's calls, which the kernel skips and counts.
    const hasMissed = stderr.includes('were missed, since another BPF program');
    expect(code, stderr).toBe(hasMissed ? 7 : 0);
    expectAllAccounted(report);
    expect(report.summarized).toMatchObject({ lost: 0, no_room: 0 });
    if (!hasMissed) expect(report.summarized).toMatchObject({ ended: count, in_flight: 0 });
    await expectNothingLeft();
  });
});
