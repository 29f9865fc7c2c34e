// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MARK } from '../../support/ipft/running.js';
import { trace } from '../../support/ipft/in-process.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { parseResults, type RawEvent } from '../../support/ipft/results.js';
import { pause, readText, run, textIfThere, TRACEFS } from '../../support/kernel/system.js';
import { HOME } from '../../support/home.js';

const TOPOLOGY = join(HOME, 'lab/net/drops');
/** The ways in which lab/net/drops drops packets, and the functions that drop them. */
const KINDS: Readonly<Record<string, RegExp>> = {
  output: /^(nft_do_chain|nf_hook_slow)$/,
  forward: /^(nft_do_chain|nf_hook_slow)$/,
  unmarked: /^(nft_do_chain|nf_hook_slow)$/,
  'no-socket': /^(__udp4_lib_rcv|udp_rcv)$/,
  ttl: /^ip_forward$/,
  qdisc: /^(kfree_skb_list(_reason)?|__tcf_kfree_skb_list|__dev_queue_xmit|__dev_xmit_skb)$/,
};
const FUNCTIONS = '^(nf_hook_slow|__dev_queue_xmit|ip_rcv|ip_forward|udp_rcv|icmp_rcv)$';

const EVENT = `${TRACEFS}/events/skb/kfree_skb`;
const HAS_REASONS = readText(`${EVENT}/format`).includes('reason');
const HISTOGRAM = 'hist:keys=skbaddr.hex,location.sym-offset,reason';

interface Drop {
  readonly packet: number;
  readonly packet_id: string;
  readonly location: string;
  readonly function: string;
  readonly reason: string | null;
}

/** The names that the kernel prints for numbers: `{ 2, "NOT_SPECIFIED" }` in the formats of its trace events. */
function reasonNames(): Map<string, string> {
  const formats = ['skb/kfree_skb', 'qdisc/qdisc_drop'].map(
    (event) => textIfThere(`${TRACEFS}/events/${event}/format`) ?? '',
  );
  const pairs = formats.reverse().flatMap((format) => [...format.matchAll(/\{ *(\d+), "(\w+)" *\}/g)]);
  return new Map(
    pairs.map(([, number = '', name = '']) => [
      number,
      Number(number) >> 16 === 0 ? name : `QDISC_DROP_${name}`,
    ]),
  );
}

/** What the kernel's histogram has counted: `SKB LOCATION REASON`. */
function witnessed(): string[] {
  const names = reasonNames();
  const line = /skbaddr: (\w+), location: \[\w+\] ([^/]+)\/0x\w+( \[\w+\])? *(?:, reason: +(\d+))? *\}/g;
  return [...readText(`${EVENT}/hist`).matchAll(line)].map(([, skb, place, module = '', reason]) => {
    const why = reason === undefined ? null : (names.get(reason) ?? reason);
    return `0x${skb} ${place}${module} ${why}`;
  });
}

/** Traces while packets are dropped in the ways `kinds`. */
async function traced(args: readonly string[], kinds: readonly string[]): Promise<string> {
  const running = await trace(['-m', MARK, '--drops', '-r', FUNCTIONS, ...args]);
  run(TOPOLOGY, 'exec', 'a', 'ping', '-q', '-c', '1', '-W', '10', '10.0.2.10');
  for (const kind of kinds) run(TOPOLOGY, 'send', kind);
  await pause(500);
  const { stdout, code } = await running.end();
  expect(code).toBe(0);
  return stdout;
}

/** Linux 5.10 refuses the witness, a histogram of the tracepoint. */
const skipped = HAS_REASONS ? '' : ' (skipped: this kernel has no histogram of locations)';

describe.skipIf(skipped !== '')(`dropped packets${skipped}`, () => {
  beforeAll(() => {
    run(TOPOLOGY, 'up');
    writeFileSync(`${EVENT}/trigger`, HISTOGRAM);
  });
  afterEach(cleanUp);
  afterAll(() => {
    writeFileSync(`${EVENT}/trigger`, `!${HISTOGRAM}`);
    run(TOPOLOGY, 'down');
  });

  it('are shown, and no others, with the location and reason that the kernel reports', async () => {
    const { events, summary } = parseResults(await traced(['-o', 'json'], Object.keys(KINDS)));
    const drops = events.flatMap((line) => (line as { drop?: Drop }).drop ?? []);
    const known = witnessed();
    for (const { packet_id: skb, location, reason } of drops)
      expect(known).toContain(`${skb} ${location} ${reason}`);
    const expected = Object.values(KINDS);
    drops.forEach((drop, at) => expect(drop.function).toMatch(expected[at] ?? '^$'));
    expect(drops).toHaveLength(expected.length);
    console.log(drops.map(({ location, reason }) => `${location} ${reason}`).join('\n'));
    expect(summary.dropped).toBe(drops.length);
    expect(summary.omitted).toBeGreaterThan(0); // the ping that was not dropped

    const calls = events.filter((line) => !('drop' in (line as object))) as RawEvent[];
    expect(calls.some((event) => event.function === 'icmp_rcv')).toBe(false);
    const [, , unmarked] = drops;
    const last = calls.filter(({ packet }) => packet === unmarked?.packet).at(-1);
    expect(last).toMatchObject({ function: 'nf_hook_slow', mark: 0 });
  });

  it.each(['function', 'function_graph'])('end with a line about the drop, with -t %s', async (tracer) => {
    const before = new Date().toISOString();
    const text = await traced(['-t', tracer, '--time', 'real'], ['ttl']);
    expect(text).toMatch(/^===\n(\d.*\n)+dropped by ip_forward\+0x[0-9a-f]+: IP_INHDR\n$/);
    expect(text).toContain('ip_rcv');
    const times = text.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z(?= )/gm) ?? [];
    expect(times).toHaveLength(text.split('\n').length - 3); // all lines but ===, the line about the drop, and the empty last one
    const around = [before.slice(0, 23), ...times, new Date().toISOString()];
    expect(around).toEqual(around.toSorted());
  });
});
