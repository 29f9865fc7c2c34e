// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { trace } from '../../support/ipft/in-process.js';
import { relativesOf } from '../../support/ipft/relatives.js';
import { MARK } from '../../support/ipft/running.js';
import { AUTO, BACKENDS, cleanUp } from '../../support/kernel/kernel.js';
import { LONG, SKIPS_LONG } from '../../support/kernel/long.js';
import { pause, run, shell } from '../../support/kernel/system.js';
import { downPath, transfer, upPath } from '../../support/traffic/path.js';
import { inNamespace, losing, SEGMENTS, tapped } from '../../support/traffic/segments.js';
import { IS_WHOLE, WHOLE_ONLY } from '../../support/whole.js';
import { attachXdp, detachXdp, redirecting, returning, toCpu0 } from '../../support/traffic/xdp.js';
import { grouped } from '../../support/witnesses/pairing.js';
import { compared, FUNCTIONS, type Scenario } from '../../support/witnesses/relation-comparison.js';
import { frameProbes, replyProbes, TIE_PROBES } from '../../support/witnesses/relation-run.js';

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a TCP transfer that a router segments and a tap copies': [
    ['clone', 'segment', 'coalesced'],
    () => tapped(() => transfer(5001, 60_000, SEGMENTS)),
  ],
  'datagrams that are fragmented by their sender and by a router, and duplicated': [
    ['fragment', 'clone', 'reassembled'],
    () => {
      inNamespace('a', `ping -q -c 2 -i 0.3 -s 4000 -m ${Number(MARK)} 10.0.0.10`);
      inNamespace('a', 'ip link set veth mtu 9000');
      inNamespace('router', 'ip link set left mtu 9000');
      inNamespace('router', 'tc qdisc add dev right root netem duplicate 100%');
      try {
        inNamespace('a', `ping -q -c 2 -i 0.3 -M dont -s 4000 -m ${Number(MARK)} 10.0.0.10`);
      } finally {
        inNamespace('router', 'tc qdisc del dev right root');
        inNamespace('a', 'ip link set veth mtu 1500');
        inNamespace('router', 'ip link set left mtu 1500');
      }
    },
  ],
};

/** Those of make test-all. */
const LONG_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a TCP transfer with losses': [
    ['clone', 'segment', 'retransmission'],
    () => losing(5, () => transfer(5002, 60_000, SEGMENTS)),
  ],
  'datagrams of IPv6 that are fragmented, whose fragments stay in a list': [
    ['fragment', 'reassembled', 'coalesced'],
    () => {
      const ends = [
        ['router', 'right', 'fd00::2/64'],
        ['b', 'veth', 'fd00::10/64'],
      ] as const;
      const hasIpv6 = (isOn: boolean): void => {
        for (const [name, device] of ends)
          inNamespace(name, `sysctl -q -w net.ipv6.conf.${device}.disable_ipv6=${Number(!isOn)}`);
      };
      hasIpv6(true);
      for (const [name, device, address] of ends)
        inNamespace(name, `ip address add ${address} dev ${device} nodad`);
      try {
        inNamespace('router', `ping -q -c 3 -i 0.3 -s 4000 -m ${Number(MARK)} fd00::10`);
      } finally {
        hasIpv6(false);
      }
    },
  ],
};

/** Sends to sockets that do not exist, and to those that iptables rejects, with the mark and with another one. */
const UNANSWERED = `
import itertools, socket, struct
TO = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
for (family, address), kind, port, mark in itertools.product(
        TO, (socket.SOCK_STREAM, socket.SOCK_DGRAM), (9999, 9998, 9997), (${MARK}, 1)):
    with socket.socket(family, kind) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, struct.pack("I", mark))
        client.settimeout(5)
        try:
            client.connect((address, port))
            client.send(b"data")
        except OSError:
            pass
`;

/** Relations that are known only when a function returns. */
const MERGES = ['gro', 'coalesced', 'shifted'];

beforeAll(() => upPath(SEGMENTS));
afterAll(() => downPath(SEGMENTS));
afterEach(cleanUp);

describe('relations between packets', () => {
  it.each(Object.entries(SCENARIOS))('are those of the kernel’s own probes: %s', async (_, scenario) => {
    await compared(['-m', MARK], scenario);
  });

  it.skipIf(!IS_WHOLE).each(Object.entries(LONG_SCENARIOS))(
    `are those of the kernel’s own probes: %s${WHOLE_ONLY}`,
    async (_, scenario) => {
      await compared(['-m', MARK], scenario);
    },
  );

  it.skipIf(!IS_WHOLE)(
    `are the same with a filter that reads bytes instead of a mark${WHOLE_ONLY}`,
    async () => {
      await compared(
        ['--filter', 'tcp dst port 5003'],
        [['clone', 'segment', 'coalesced'], () => transfer(5003, 30_000, SEGMENTS)],
      );
    },
  );

  const others = BACKENDS.filter((backend) => backend !== AUTO);
  it.skipIf(!IS_WHOLE).each(others)(`are the same: -b %s${WHOLE_ONLY}`, async (backend) => {
    const unseen = backend === 'fentry' ? MERGES : [];
    const { stderr } = await compared(
      ['-m', MARK, '-b', backend],
      [['clone', 'segment', 'coalesced'], () => transfer(5004, 30_000, SEGMENTS)],
      unseen,
    );
    const warning = /warning: relatives are not followed where only .*skb_try_coalesce.* would show them/;
    if (backend === 'fentry') expect(stderr).toMatch(warning);
    else expect(stderr).not.toMatch(/warning: relatives/);
  });

  const REJECTED = ['', '6'].flatMap((family) => [
    `ip${family}tables -A INPUT -p tcp --dport 9998 -j REJECT --reject-with tcp-reset`,
    `ip${family}tables -A INPUT -p tcp --dport 9997 -j REJECT`,
  ]);

  it.skipIf(SKIPS_LONG)(
    `are those of the kernel’s own probes: echo replies, ICMP errors and RST, with --replies${LONG}`,
    async () => {
      shell('modprobe -a nf_reject_ipv4 nf_reject_ipv6');
      shell(REJECTED.join('\n'));
      try {
        const answered = (): void => {
          for (const address of ['127.0.0.1', '::1'])
            for (const mark of [MARK, '0x1'])
              shell(
                `ping -q -c 1 -s 200 -m ${Number(mark)} ${address}; ping -q -c 1 -s 9000 -m ${Number(mark)} ${address}`,
              );
          run('python3', '-c', UNANSWERED);
        };
        await compared(
          ['-m', MARK, '--replies'],
          [['reply'], answered],
          [],
          [...TIE_PROBES, ...replyProbes()],
        );
      } finally {
        shell(REJECTED.join('\n').replaceAll(' -A ', ' -D '));
      }
    },
  );

  it.skipIf(!IS_WHOLE)(
    `are those of the kernel’s own probes: packets that XDP programs redirect, send back and pass to a CPU${WHOLE_ONLY}`,
    async () => {
      const [PASS, TX] = [2, 3];
      const [A, ROUTER, SWITCH] = ['ipft-a', 'ipft-router', 'ipft-switch'];
      const out = Number(run('ip', 'netns', 'exec', ROUTER, 'cat', '/sys/class/net/right/ifindex'));
      // Each packet is rebuilt for the program, and after it, where the kernel has a function for that.
      const programs = [redirecting(out), toCpu0(), returning(TX)];
      const [packets, times] = [3, frameProbes().length];
      // A veth takes frames if it has a program itself.
      attachXdp(A, 'veth', 'xdpdrv', returning(PASS));
      attachXdp(SWITCH, 'port1', 'xdpdrv', returning(PASS));
      try {
        const send = (): void => {
          for (const program of programs) {
            attachXdp(ROUTER, 'left', 'xdpdrv', program);
            inNamespace('a', `ping -q -c ${packets} -i 0.2 -W 1 -m ${Number(MARK)} 10.0.0.10 || true`);
          }
        };
        const { traced } = await compared(
          ['-m', MARK],
          [['rebuilt'], send],
          [],
          [...TIE_PROBES, ...frameProbes()],
        );
        const rebuilt = traced.relations.filter(({ relation }) => relation === 'rebuilt');
        const seen = new Set([...traced.rows, ...traced.relations].map(({ packet }) => packet));
        expect(rebuilt.map(({ parent }) => parent).filter((parent) => !seen.has(parent))).toEqual([]);
        expect(rebuilt.length).toBeGreaterThanOrEqual(programs.length * packets * times);
      } finally {
        detachXdp(ROUTER, 'left', 'xdpdrv');
        detachXdp(SWITCH, 'port1', 'xdpdrv');
        detachXdp(A, 'veth', 'xdpdrv');
      }
    },
  );

  it('are of whole families with --sample', async () => {
    const sampled = ['-m', MARK, '--sample', '1/2', '--follow', 'segments,clones', '-o', 'json'];
    const running = await trace([...sampled, '-r', FUNCTIONS]);
    await transfer(5005, 100_000, SEGMENTS);
    await pause(500);
    const { stdout } = await running.end();
    const { relations, rows } = relativesOf(stdout);
    const segments = grouped(
      relations.filter(({ relation }) => relation === 'segment'),
      ({ parent }) => parent,
    );
    expect(segments.size).toBeGreaterThan(0);
    for (const parts of segments.values())
      expect(parts.map(({ part }) => part)).toEqual(parts.map((_, position) => position + 1));
    for (const parts of segments.values()) expect(parts.length).toBe(parts[0]?.of);
    const shown = new Set(rows.map(({ packet }) => packet));
    // TCP may cut and shift what it keeps, where segments come in another order: that has no events.
    const kept = ['split', 'shifted'];
    const sent = relations.filter(({ relation }) => !kept.includes(relation));
    expect(sent.map(({ packet }) => packet).filter((packet) => !shown.has(packet))).toEqual([]);
    expect(rows.filter(({ parent }) => parent === null)).toEqual([]);
  });
});
