// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { MARK, DEADBEEF } from '../../support/ipft/running.js';
import { trace } from '../../support/ipft/in-process.js';
import { BACKENDS, cleanUp, expectNothingLeft } from '../../support/kernel/kernel.js';
import { expectOrder } from '../../support/ipft/order.js';
import { countsOf, parseJson } from '../../support/ipft/results.js';
import { pidsOf, until } from '../../support/kernel/system.js';
import { countedByNft, udp } from '../../support/traffic/traffic.js';
import { traceProcess } from '../../support/ipft/process.js';

const IP_OUTPUT = ['-m', MARK, '-r', '^ip_output$', '-o', 'json'];
const FLOOD = 20_000;
const SMALL_FLOOD = 5_000; // more than enough for one page
const flood = (count = FLOOD): Promise<void> => udp({ mark: DEADBEEF, count, rate: 0 });

afterEach(cleanUp);

describe.each(BACKENDS)('lost events are counted, -b %s', (backend) => {
  it(`a flood of ${SMALL_FLOOD} packets into a ring buffer of one page: printed + lost + missed = sent`, async () => {
    const running = await trace([...IP_OUTPUT, '-b', backend, '--perf-page-count', '1', '-v']);
    expect(await countedByNft(DEADBEEF, () => flood(SMALL_FLOOD))).toBe(SMALL_FLOOD);
    // The kernel reports a loss with the next event that fits, which may come after the flood.
    await running.runsUntil('a drained buffer', () => running.stdout.includes('"function"'));
    await flood(1);
    const { code, stdout, stderr } = await running.end();
    const { samples, lost, missed } = countsOf(stderr);
    console.log(`${backend}, one page: ${samples} printed, ${lost} lost, ${missed} missed`);
    const events = parseJson(stdout);
    expect(events.length).toBe(samples);
    expect(samples + lost + missed).toBe(SMALL_FLOOD + 1);
    expect(lost).toBeGreaterThan(0);
    expect(stderr).toMatch(/^CPU \d: [1-9]\d* lost$/m);
    expect(events.every((event) => event.function === 'ip_output' && event.mark === DEADBEEF)).toBe(true);
    expect(code).toBe(0);
  });
});

it(`a flood of ${FLOOD} packets into a ring buffer of the default size: printed + lost + missed = sent`, async () => {
  const running = await trace(IP_OUTPUT);
  expect(await countedByNft(DEADBEEF, () => flood())).toBe(FLOOD);
  const { stdout, stderr } = await running.end();
  const { samples, lost, missed } = countsOf(stderr);
  console.log(`the usual buffer: ${samples} printed, ${lost} lost, ${missed} missed`);
  expect(parseJson(stdout).length).toBe(samples);
  expect(samples + lost + missed).toBe(FLOOD);
});

it('the events of a flood on two CPUs are printed in order of time', () =>
  expectOrder(['-r', '^(ip_output|__dev_queue_xmit|ip_rcv|udp_rcv|kfree_skbmem)$'], DEADBEEF, FLOOD));

it('a reader of stdout that does not read delays neither the end of the trace nor counting', async () => {
  const [go, results] = ['/run/reader-may-read', '/run/reader-got'];
  const reader = `while [ ! -e ${go} ]; do sleep 0.1; done; cat >${results}`;
  const through = ['bash', '-c', `"$@" | { ${reader}; }; exit \${PIPESTATUS[0]}`, 'bash'];
  const running = await traceProcess([...IP_OUTPUT, '--perf-page-count', '8'], { through });
  expect(await countedByNft(DEADBEEF, () => flood())).toBe(FLOOD);
  const [ipft] = pidsOf('ipft');
  if (ipft === undefined) throw new Error('ipft does not run');
  process.kill(ipft, 'SIGTERM');
  // The trace ends and the probes are removed while the reader still sleeps.
  await running.says('Trace done!');
  await expectNothingLeft();
  writeFileSync(go, '');
  const { code, stderr } = await running.ended;
  const events = await until('the summary', () => {
    const text = readFileSync(results, 'utf8');
    return /^\{"summary":.*\}\n$/m.test(text) && parseJson(text);
  });
  const { samples, lost, missed } = countsOf(stderr);
  console.log(`a stalled reader: ${samples} printed, ${lost} lost, ${missed} missed`);
  expect(lost).toBeGreaterThan(0);
  expect(samples + lost + missed).toBe(FLOOD);
  expect(events.length).toBe(samples);
  expect(code).toBe(0);
});
