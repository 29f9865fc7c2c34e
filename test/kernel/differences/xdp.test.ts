// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { XdpDevice, XdpDrop } from '../../../src/core/summary.js';
import { MARK, type Ended } from '../../support/ipft/running.js';
import { trace } from '../../support/ipft/in-process.js';
import { parseResults } from '../../support/ipft/results.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { pause, run } from '../../support/kernel/system.js';
import { TRAFFIC } from '../../support/traffic/traffic.js';
import { attachXdp, detachXdp, NAME, redirecting, returning } from '../../support/traffic/xdp.js';
import { HOME } from '../../support/home.js';

const TOPOLOGY = join(HOME, 'lab/net/pair');
const [A, B, DEVICE] = ['ipft-a', 'ipft-b', 'veth'];
const [ABORTED, DROP, PASS, NO_ACTION] = [0, 1, 2, 77];
const NO_DEVICE = 99_999;

/** Sends UDP datagrams from one namespace to the address of the other, which has a permanent neighbour entry. */
const send = (from: string, to: string, count: number): string =>
  run('ip', 'netns', 'exec', from, TRAFFIC, 'udp', '--to', `${to}:9`, '--mark', MARK, '--count', `${count}`);

const netnsOf = (name: string): number => statSync(`/run/netns/${name}`).ino;

beforeAll(() => {
  run(TOPOLOGY, 'up');
  for (const [from, to, address] of [
    [A, B, '10.0.0.10'],
    [B, A, '10.0.0.1'],
  ] as const) {
    const [, hardware = ''] = /link\/ether (\S+)/.exec(run('ip', '-n', to, 'link', 'show', DEVICE)) ?? [];
    run('ip', '-n', from, 'neigh', 'replace', address, 'lladdr', hardware, 'dev', DEVICE, 'nud', 'permanent');
  }
});
afterEach(cleanUp);
afterAll(() => run(TOPOLOGY, 'down'));

/** As in the summary, without values that are not known in advance. */
const device = (name: string, mode: XdpDevice['mode']): object =>
  expect.objectContaining({ ifname: DEVICE, netns: netnsOf(name), mode, program: NAME }) as object;
const drop = (name: string, event: string, cause: string, packets: number): object =>
  expect.objectContaining({ ifname: DEVICE, netns: netnsOf(name), event, cause, packets }) as object;

/** Starts and ends a trace, without packets. */
const traced = async (args: readonly string[]): Promise<Ended> =>
  (await trace(['-m', MARK, '-o', 'json', '-r', '^ip_rcv$', ...args])).end();

it('XDP exceptions and redirect errors are counted, and XDP programs cause a warning', async () => {
  attachXdp(B, DEVICE, 'xdpdrv', returning(ABORTED));
  try {
    const running = await trace(['-m', MARK, '--drops', '-o', 'json', '-r', '^ip_rcv$']);
    expect(running.stderr).toMatch(
      new RegExp(
        `^warning: XDP at ${DEVICE} in network namespace ${B} \\(native program \\d+ ${NAME}\\): `,
        'm',
      ),
    );
    send(A, '10.0.0.10', 3);
    await pause(200);
    attachXdp(B, DEVICE, 'xdpdrv', redirecting(NO_DEVICE));
    send(A, '10.0.0.10', 2);
    await pause(200);
    // In another mode, and with a number that is not an XDP action.
    attachXdp(A, DEVICE, 'xdpgeneric', returning(NO_ACTION));
    send(B, '10.0.0.1', 4);
    await pause(200);
    const { stdout, stderr } = await running.end();
    const { summary } = parseResults(stdout);
    expect(summary.xdp_drops).toEqual<XdpDrop[]>([
      drop(A, 'xdp_exception', 'action 77', 4) as XdpDrop,
      drop(B, 'xdp_exception', 'XDP_ABORTED', 3) as XdpDrop,
      drop(B, 'xdp_redirect_err', 'EINVAL', 2) as XdpDrop,
    ]);
    expect(summary.xdp_devices).toHaveLength(3); // b's with the second program, too
    expect(summary.xdp_devices).toEqual(
      expect.arrayContaining([device(B, 'native'), device(A, 'generic')]) as object,
    );
    expect(summary.xdp_unseen_netns).toBe(0);
    expect(stderr).toContain(
      `XDP: 3 packets lost at ${DEVICE} in network namespace ${B}: xdp_exception XDP_ABORTED\n`,
    );
    expect(stderr).toContain('warning: XDP was attached during the trace, at ');
  } finally {
    detachXdp(B, DEVICE, 'xdpdrv');
    detachXdp(A, DEVICE, 'xdpgeneric');
  }
});

it('XDP programs cause a warning also without --drops, since no tracepoint reports XDP_DROP', async () => {
  attachXdp(A, DEVICE, 'xdpdrv', returning(DROP));
  attachXdp(B, DEVICE, 'xdpgeneric', returning(PASS));
  try {
    const { stdout, stderr } = await traced([]);
    const { summary } = parseResults(stdout);
    expect(summary.xdp_devices).toEqual(
      expect.arrayContaining([device(A, 'native'), device(B, 'generic')]) as object,
    );
    expect(summary.xdp_drops).toBeNull();
    expect(stderr).toContain(`${DEVICE} in network namespace ${A} (native program `);
  } finally {
    detachXdp(A, DEVICE, 'xdpdrv');
    detachXdp(B, DEVICE, 'xdpgeneric');
  }
});

it('without XDP programs there is no message about XDP', async () => {
  const { stdout, stderr } = await traced(['--drops']);
  expect(stderr).not.toContain('XDP');
  expect(parseResults(stdout).summary).toMatchObject({ xdp_devices: [], xdp_drops: [] });
});
