// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checked, type Checked } from '../../support/ipft/gso-checked.js';
import type { Ended } from '../../support/ipft/running.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { run, shell, until } from '../../support/kernel/system.js';
import { TRAFFIC, whileListening } from '../../support/traffic/traffic.js';
import { TUNNELS } from '../../support/traffic/tunnel-traffic.js';
import { LONG, SKIPS_LONG } from '../../support/kernel/long.js';
import { IS_WHOLE, WHOLE_ONLY } from '../../support/whole.js';

const inside = (name: string, command: string): string => shell(`ip netns exec ipft-${name} ${command}`);

/** From a to the sink in b, which listens at any address. */
async function transfer(to: string, port: number, bytes: number): Promise<void> {
  const bind = to.startsWith('[') ? '::' : '0.0.0.0';
  const args = ['netns', 'exec', 'ipft-b', TRAFFIC, 'tcp-sink', '--bind', bind, '--port', `${port}`];
  const sink = spawn('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(sink, 'exit');
  let said = '';
  sink.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  await until('tcp-sink to listen', () => said.includes('listening'));
  inside('a', `${TRAFFIC} tcp-send --to ${to}:${port} --bytes ${bytes}`);
  expect(await ended).toEqual([0, null]);
}

/** Addresses of b: at the link, and through each tunnel, over IPv4 and IPv6. */
function targets(): string[] {
  const ways = run(TUNNELS, 'ways').trimEnd().split('\n');
  const through = ways.flatMap((way) => {
    const [number, , ...versions] = way.split(' ');
    return versions.map((version) => (version === '4' ? `10.1.${number}.10` : `[fd00:1:${number}::10]`));
  });
  return ['10.0.0.10', '[fd00::10]', ...through];
}

/** Datagrams of one size each, which UDP leaves to GSO. */
const DATAGRAMS = `python3 -c '
import socket
for to in ("10.0.0.10", "10.1.4.10", "10.1.6.10"):
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(17, 103, 1200)  # UDP_SEGMENT
    sender.connect((to, 9))
    sender.send(bytes(10000))
'`;

/** Packets through everything that tunnels can carry. */
async function everywhere(port: number): Promise<void> {
  for (const [index, target] of targets().entries()) await transfer(target, port + index, 12_000);
  inside('a', DATAGRAMS);
}

/** Features for which the kernel, not the device, then cuts packets: those of tunnels and of UDP. */
const OFFLOADS = ['udp_tnl', 'udp_tnl-csum', 'gre', 'gre-csum', 'ipxip4', 'ipxip6', 'udp'];

function offload(isOn: boolean): void {
  const features = OFFLOADS.map((feature) => `tx-${feature}-segmentation ${isOn ? 'on' : 'off'}`);
  for (const name of ['a', 'b'])
    inside(name, `ethtool -K veth ${features.join(' ')} >/dev/null 2>&1 || true`);
}

beforeAll(() => void run(TUNNELS, 'up'));
afterAll(() => void run(TUNNELS, 'down'));
afterEach(cleanUp);

describe('--check gso, where all is well, is silent', () => {
  const silent = async (port: number): Promise<Checked> => {
    const result = await checked(() => everywhere(port));
    expect(result.found).toEqual([]);
    expect(result.summary).toMatchObject({ violations: 0, lost: 0, lost_relations: 0 });
    // each way has several GSO packets, seen at several functions
    expect(result.summary.checked).toBeGreaterThan(5 * targets().length);
    expect(result.stderr).toMatch(/^0 violations in \d+ events of GSO packets$/m);
    return result;
  };

  it.skipIf(!IS_WHOLE)(`about tunnels of every kind whose packets the device cuts${WHOLE_ONLY}`, async () => {
    const { gsoTypes } = await silent(6000);
    for (const type of ['tcpv4', 'tcpv6', 'gre', 'ipxip4', 'ipxip6', 'udp_tunnel', 'udp_l4'])
      expect([...gsoTypes].join(' ')).toContain(type);
  });

  it.skipIf(!IS_WHOLE)(`about those whose packets the kernel cuts${WHOLE_ONLY}`, async () => {
    offload(false);
    try {
      const { summary } = await silent(6100);
      expect(summary.relations).toBeGreaterThan(0);
    } finally {
      offload(true);
    }
  });
});

it.skipIf(!IS_WHOLE)(`--check gso is silent by tracepoints alone, too${WHOLE_ONLY}`, async () => {
  const { found, summary } = await checked(() => everywhere(6400), '-b', 'tracepoint', '-r', '^tp:');
  expect(found).toEqual([]);
  expect(summary.checked).toBeGreaterThan(targets().length);
});

describe('--check gso tells', () => {
  /** Changes bytes of TCP packets of a that are larger than the link, on their way to the device. */
  const munge = async (port: number, munged: string): Promise<Checked & Ended> => {
    inside('a', 'tc qdisc add dev veth clsact');
    inside(
      'a',
      `tc filter add dev veth egress protocol ip basic match "cmp(u16 at 2 layer network gt 1500)" action pedit munge ${munged}`,
    );
    try {
      return await checked(() => {
        // It gets no answer.
        inside(
          'a',
          `timeout 3 ${TRAFFIC} tcp-send --to 10.0.0.10:${port} --bytes 20000 >/dev/null 2>&1 || true`,
        );
      }, '--fail-on-check');
    } finally {
      inside('a', 'tc qdisc del dev veth clsact');
    }
  };

  it.each<[string, number, string, RegExp]>([
    [
      'a length in the IP header that is not the packet’s',
      6201,
      'offset 2 u16 set 1000',
      /^ip_length at (validate_xmit_skb|dev_hard_start_xmit): the IP header says 1000 bytes, the skb has \d+$/,
    ],
    [
      'another protocol than that of gso_type',
      6202,
      'ip protocol set 17',
      /^protocol at (validate_xmit_skb|dev_hard_start_xmit): gso_type needs protocol 6, but the IP header has 17$/,
    ],
  ])('%s, and exits with 9 by --fail-on-check', async (_, port, munged, expected) => {
    await whileListening('ipft-b', port, async () => {
      const { found, code, stderr } = await munge(port, munged);
      expect(found.length).toBeGreaterThan(0);
      for (const each of found) expect(each).toMatch(expected);
      expect(code).toBe(9);
      expect(stderr).toMatch(/\d+ violations were found, and --fail-on-check was given/);
    });
  });

  it.skipIf(SKIPS_LONG)(`an MTU that was lowered behind a queue in which packets wait${LONG}`, async () => {
    await whileListening('ipft-b', 6203, async () => {
      inside('a', 'tc qdisc add dev veth root netem delay 3s');
      try {
        const { found } = await checked(async () => {
          const send = `timeout 60 ${TRAFFIC} tcp-send --to 10.0.0.10:6203 --bytes 20000`;
          const sending = spawn('ip', ['netns', 'exec', 'ipft-a', 'bash', '-c', send], { stdio: 'ignore' });
          const ended = once(sending, 'exit');
          // In one shell, which is quick enough to see them wait.
          const lower = [
            `until tc -s qdisc show dev veth | grep -qE 'backlog ([2-9][0-9]{3}|[0-9]{5,})b|backlog [0-9]+Kb'; do sleep 0.1; done`,
            'ip link set veth mtu 1300',
          ];
          inside('a', `timeout 60 bash -c "${lower.join('; ')}"`);
          await ended;
          await until('the queue to be empty', () =>
            inside('a', 'tc -s qdisc show dev veth').includes('backlog 0b'),
          );
        });
        // dev_hard_start_xmit() shows the first packet of several that leave the queue at once.
        expect(found).toContainEqual(
          expect.stringMatching(
            /^mtu at (validate_xmit_skb|dev_hard_start_xmit): gso_size 1448 \+ headers 52 > mtu 1300 of veth$/,
          ),
        );
      } finally {
        inside('a', 'ip link set veth mtu 1500');
        inside('a', 'tc qdisc del dev veth root');
      }
    });
  });
});
