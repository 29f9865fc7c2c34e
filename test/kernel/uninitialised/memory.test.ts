// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Tuple } from '../../../src/columns/event-types.js';
import { parseJson } from '../../support/ipft/results.js';
import { trace } from '../../support/ipft/in-process.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { now, readText } from '../../support/kernel/system.js';
import { MARKED_PORT, OTHER_PORT, sendInTurn } from '../../support/traffic/in-turn.js';

/*
 * The guest's kernel has init_on_alloc=0, which is the default: a newly allocated skb contains data of an earlier packet, such as its
 * mark and headers, until the kernel overwrites them.
 */

const MARK = 0x77;
/** Functions from the allocation of an skb to its end. */
const FUNCTIONS =
  '^(_*(copy_skb_header|skb_clone|build_skb_around|ip6?_|ip6?_make|tcp_|udp_|udpv?6?_|netif_|dev_queue|icmp_)|skb_(clone|copy|put|set_owner|release)|sock_|kfree_skb)';

interface Shown {
  readonly timestamp: bigint;
  readonly function: string;
  readonly packet: number;
  readonly mark: number;
  readonly tuple: Tuple | null;
}

/** Traces the traffic, and returns the events. */
async function shown(args: readonly string[], traffic: () => Promise<void>): Promise<Shown[]> {
  const running = await trace([...args, '-r', FUNCTIONS, '-f', 'tuple,mark', '-o', 'json']);
  await traffic();
  const { code, stdout } = await running.end();
  expect(code).toBe(0);
  return parseJson(stdout) as unknown as Shown[];
}

/** The events of each packet. */
function packetsOf(events: readonly Shown[]): Shown[][] {
  const packets = new Map<number, Shown[]>();
  for (const event of events) packets.set(event.packet, [...(packets.get(event.packet) ?? []), event]);
  return [...packets.values()];
}

const isTo = ({ tuple }: Shown, port: number): boolean => tuple?.dport === port;
const isOf = ({ tuple }: Shown, port: number): boolean => tuple?.dport === port || tuple?.sport === port;

/** For the message of a failed test: the functions with an event of a packet that does not match. */
const wordsFor = (events: readonly Shown[]): string =>
  events.map(({ function: name, mark, tuple }) => `${name} ${mark} ${JSON.stringify(tuple)}`).join('\n');

beforeAll(() => expect(readText('/proc/cmdline')).toContain('init_on_alloc=0'));
afterEach(cleanUp);

const PROTOCOLS = ['tcp', 'udp', 'tcp6', 'udp6'] as const;

describe('with marked and unmarked packets in turn, over TCP and UDP, IPv4 and IPv6,', () => {
  /** All protocols in one trace: each finds in memory what the one before has left. */
  const traced = async (args: readonly string[], count: number): Promise<Record<string, Shown[][]>> => {
    const borders: bigint[] = [];
    const events = await shown(args, async () => {
      for (const protocol of PROTOCOLS) {
        borders.push(now());
        await sendInTurn(protocol, MARK, count);
      }
    });
    const packets = packetsOf(events);
    return Object.fromEntries(
      PROTOCOLS.map((protocol, at) => {
        const [from, to] = [borders[at] ?? 0n, borders[at + 1] ?? now()];
        return [
          protocol,
          packets.filter(([first]) => from <= (first?.timestamp ?? 0n) && (first?.timestamp ?? 0n) < to),
        ];
      }),
    );
  };

  it('-m shows only packets that had the mark', async () => {
    for (const [protocol, packets] of Object.entries(await traced(['-m', String(MARK)], 20))) {
      const wrong = packets.filter((events) => !events.some((event) => isTo(event, MARKED_PORT)));
      console.log(`${protocol}: ${packets.length} packets, ${wrong.length} of them never had the mark`);
      expect(wrong.map(wordsFor)).toEqual([]);
      expect(packets.flat().filter((event) => isOf(event, OTHER_PORT))).toEqual([]);
      expect(packets.length).toBeGreaterThan(30);
    }
  });

  it('-m 0 shows only packets without a mark', async () => {
    for (const packets of Object.values(await traced(['-m', '0'], 5))) {
      const wrong = packets.filter((events) => events.some((event) => isTo(event, MARKED_PORT)));
      expect(wrong.map(wordsFor)).toEqual([]);
      expect(
        packets.filter((events) => events.some((event) => isTo(event, OTHER_PORT))).length,
      ).toBeGreaterThan(5);
    }
  });

  it('--filter shows only packets to the port', async () => {
    const filter = `dst port ${MARKED_PORT}`;
    for (const packets of Object.values(await traced(['--filter', filter], 20))) {
      const wrong = packets.filter((events) => !events.some((event) => isTo(event, MARKED_PORT)));
      expect(wrong.map(wordsFor)).toEqual([]);
      expect(packets.flat().filter((event) => isOf(event, OTHER_PORT))).toEqual([]);
      expect(packets.length).toBeGreaterThan(30);
    }
  });

  it("--filter 'not ...' shows no packet that it excludes, even before its headers are written", async () => {
    const filter = 'not tcp and not udp and not icmp and not icmp6';
    const packets = Object.values(await traced(['--filter', filter], 5)).flat();
    const wrong = packets.flat().filter((event) => isOf(event, MARKED_PORT) || isOf(event, OTHER_PORT));
    expect(wordsFor(wrong)).toEqual('');
  });
});

it('headers are not shown before they are written', async () => {
  const args = ['--where', 'skb->len > 0', '-r', '^(ip_generic_getfrag|skb_put|sock_alloc_send_pskb)$'];
  const running = await trace([...args, '-f', 'tuple,ttl,ip_id', '-o', 'json']);
  await sendInTurn('udp', MARK, 10);
  const { stdout } = await running.end();
  const events = parseJson(stdout) as unknown as (Shown & { ttl: number | null; ip_id: number | null })[];
  const writing = events.filter(({ function: name }) => name === 'ip_generic_getfrag');
  expect(writing.length).toBeGreaterThan(10);
  expect(
    writing.filter(({ tuple, ttl, ip_id: id }) => tuple !== null || ttl !== null || id !== null),
  ).toEqual([]);
});
