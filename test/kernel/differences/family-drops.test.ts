// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RelatedDrop } from '../../../src/core/drop.js';
import type { Summary } from '../../../src/core/summary.js';
import { trace } from '../../support/ipft/in-process.js';
import { MARK } from '../../support/ipft/running.js';
import { parseResults } from '../../support/ipft/results.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { pause, readText, run, TRACEFS } from '../../support/kernel/system.js';
import { downPath, transfer, upPath } from '../../support/traffic/path.js';
import { deaf, losing, SEGMENTS, tapped } from '../../support/traffic/segments.js';
import { TRAFFIC } from '../../support/traffic/traffic.js';
import { attachXdp, detachXdp, returning } from '../../support/traffic/xdp.js';
import { grouped } from '../../support/witnesses/pairing.js';
import { IS_WHOLE, WHOLE_ONLY } from '../../support/whole.js';

/** Few functions, by which packets go on: more would only take more time. */
const FUNCTIONS =
  '^(ip_output|ip_forward|__dev_queue_xmit|dev_hard_start_xmit|veth_xmit|skb_segment|__?br_.*|__netif_receive_skb|ip_rcv|tcp_v4_rcv|packet_rcv|skb_clone)$';

const HAS_REASONS = readText(`${TRACEFS}/events/skb/kfree_skb/format`).includes('reason');
const XDP_DROP = 1;

type Drop = RelatedDrop & { readonly packet: number; readonly timestamp: number };

interface Traced {
  /** without those by the receiver's TCP: where an emulated guest stands still, data are sent that have arrived already */
  readonly drops: readonly Drop[];
  /** lines about drops of `-o aggregate` */
  readonly lines: readonly string[];
  readonly summary: Summary;
}

const folder = mkdtempSync('/tmp/ipft-family-drops-');

async function traced(follow: string, send: () => Promise<void> | void): Promise<Traced> {
  const file = `${folder}/${follow}`;
  const args = ['-m', MARK, '--drops', '--follow', follow, '-r', FUNCTIONS];
  const running = await trace([...args, '-o', 'json', '--also', `aggregate=${file}`]);
  await send();
  await pause(500); // what is received
  const { stdout, code } = await running.end();
  expect(code).toBe(0);
  const { events, summary } = parseResults(stdout);
  expect(summary).toMatchObject({ lost: 0, lost_relations: 0, unfollowed: 0 });
  const all = events.flatMap((line) => (line as { drop?: Drop }).drop ?? []);
  expect(summary.dropped).toBe(all.length);
  const lines = readFileSync(file, 'utf8').match(/^dropped by .*$/gm) ?? [];
  expect(lines).toHaveLength(all.length);
  console.log(follow, summary.dropped, summary.omitted, [...new Set(lines)].slice(0, 5).join('\n'));
  return { drops: all.filter((drop) => !drop.function.startsWith('tcp_')), lines, summary };
}

/** A transfer of which each fifth packet is lost; the drops are those that tc has counted, each with its part. */
async function lossy(port: number): Promise<void> {
  await losing(5, async (lost) => {
    const { drops, lines } = await traced('all', () => transfer(port, 60_000, SEGMENTS));
    expect(lost()).toBeGreaterThan(0);
    expect(drops).toHaveLength(lost());
    const segments = drops.filter(({ relation }) => relation === 'segment');
    expect(segments.length).toBeGreaterThan(0);
    for (const parts of grouped(segments, ({ parent }) => parent).values()) {
      expect(parts.map(({ dropped_parts: count }) => count)).toEqual(
        parts.map((_, position) => position + 1),
      );
      expect(new Set(parts.map(({ part }) => part)).size).toBe(parts.length);
      for (const { part = 0, of = 0 } of parts) expect(part).toBeLessThanOrEqual(of);
    }
    for (const { parent, part, of, part_of: whole, dropped_parts: count } of segments) {
      expect(whole).toBe(parent);
      const text = `; segment ${part}/${of} of #${parent}; ${count} of ${of} segments of #${parent} so far`;
      expect(lines.some((line) => line.endsWith(text))).toBe(true);
    }
  });
}

beforeAll(() => upPath(SEGMENTS));
afterEach(cleanUp);
afterAll(() => {
  downPath(SEGMENTS);
  rmSync(folder, { recursive: true });
});

const ON_THE_WAY = [
  ['a', 'veth'],
  ['router', 'right'],
] as const;

describe('drops of families', () => {
  it('are each segment that is lost, which says its part, and how many are lost', () => lossy(5401));

  it.skipIf(!IS_WHOLE)(`are the same beside taps that refuse their clones${WHOLE_ONLY}`, async () => {
    const { refused } = await deaf(ON_THE_WAY, () => lossy(5402));
    expect(Math.min(...refused)).toBeGreaterThan(0);
  });

  it('are none where only clones for taps are dropped, which are drops if relatives are not followed', async () => {
    const { refused } = await deaf(ON_THE_WAY, async () => {
      const { drops, summary } = await traced('all', () => transfer(5403, 60_000, SEGMENTS));
      expect(drops).toEqual([]);
      expect(summary.omitted).toBeGreaterThan(0);
      const alone = await traced('none', () => transfer(5404, 60_000, SEGMENTS));
      expect(alone.drops.length).toBeGreaterThan(0);
      for (const drop of alone.drops) expect(drop).toMatchObject({ function: 'packet_rcv' });
      expect(alone.drops.every((drop) => !('parent' in drop))).toBe(true);
    });
    expect(Math.min(...refused)).toBeGreaterThan(0);
  });

  const skipped = HAS_REASONS ? '' : ' (skipped: this kernel has no drop reasons)';
  it.skipIf(skipped !== '')(`are none where a bridge takes packets up for a tap${skipped}`, async () => {
    await tapped(async () => {
      const { drops } = await traced('all', () => transfer(5405, 30_000, SEGMENTS));
      expect(drops).toEqual([]);
      // What is lost is shown although the tap has it, too.
      await lossy(5406);
    });
  });

  it('are found where a native XDP program drops what was rebuilt for it', async () => {
    const to = ['--to', '10.0.0.10:9', '--mark', MARK, '--count', '3'];
    const send = (): void => void run('ip', 'netns', 'exec', 'ipft-a', TRAFFIC, 'udp', ...to);
    attachXdp('ipft-b', 'veth', 'xdpdrv', returning(XDP_DROP));
    try {
      const alone = await traced('none', send);
      const { drops } = await traced('all', send);
      console.log(JSON.stringify(drops), JSON.stringify(alone.drops));
      expect(alone.drops).toEqual([]);
      expect(drops).toHaveLength(3);
      for (const drop of drops) expect(drop).toMatchObject({ relation: 'rebuilt' });
    } finally {
      detachXdp('ipft-b', 'veth', 'xdpdrv');
    }
  });
});
