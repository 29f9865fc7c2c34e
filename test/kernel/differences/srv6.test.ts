// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MARK } from '../../support/ipft/running.js';
import { trace } from '../../support/ipft/in-process.js';
import { expectNothingLeft } from '../../support/kernel/kernel.js';
import { downPath, type Path, transfer, upPath } from '../../support/traffic/path.js';
import { parseJson, type Event } from '../../support/ipft/results.js';
import { readText, run } from '../../support/kernel/system.js';
import { HOME } from '../../support/home.js';

const SRV6: Path = { topology: join(HOME, 'lab/net/srv6'), sender: 'host1', receiver: 'host2' };
const BYTES = 100_000;

/** IPv4 and TCP with time stamps, without the packet's data. */
const INNER = 20 + 32;
/** An IPv6 header and a segment routing header with two segments. */
const OUTER = 40 + 8 + 2 * 16;
const ETHERNET = 14;
const MTU = 1500;
const SEGMENT = MTU - OUTER - INNER;

/** From Linux 6.1 on, seg6_do_srh_encap only calls __seg6_do_srh_encap. */
const ENCAPSULATION = readText('/proc/kallsyms').includes(' __seg6_do_srh_encap\n')
  ? '__seg6_do_srh_encap'
  : 'seg6_do_srh_encap';
/** veth_xmit() calls it for each packet. Not veth_xmit() itself: a function of a module cannot be traced on Linux 5.10. */
const DEVICE = '__dev_forward_skb';
const STATIONS = [
  'lwtunnel_output',
  'seg6_output',
  ENCAPSULATION,
  'ip6_output',
  '__dev_queue_xmit',
  'skb_segment',
  DEVICE,
];
const ARGS = ['-m', MARK, '-r', `^(${STATIONS.join('|')})$`, '-o', 'json'];

/** The events of each packet in the sender's network namespace, while BYTES are sent to the receiver. */
async function tracedTransfer(port: number): Promise<Event[][]> {
  const running = await trace(ARGS);
  await transfer(port, BYTES, SRV6);
  const { stdout, code } = await running.end();
  expect(code).toBe(0);
  await expectNothingLeft();
  const packets = new Map<number, Event[]>();
  // In the other namespaces the packets are followed, but have no mark.
  for (const event of parseJson(stdout).filter(({ mark }) => mark !== 0))
    packets.set(event.packet, [...(packets.get(event.packet) ?? []), event]);
  return [...packets.values()];
}

/** Length and type of a packet at each function. */
const wayOf = (events: readonly Event[]): unknown[] =>
  events.map(({ function: name, len, gso_type: type, gso_size: size }) => [
    name,
    len,
    size === 0 ? '' : type,
  ]);

/** The bytes of data in packets at one function, where their headers have `headers` bytes. */
const dataAt = (name: string, headers: number, packets: readonly (readonly Event[])[]): number =>
  packets
    .flat()
    .filter((event) => event.function === name)
    .reduce((sum, { len }) => sum + len - headers, 0);

const isGso = ([first]: readonly Event[]): boolean => (first?.gso_size ?? 0) !== 0;

/** The functions that a GSO packet of `len` bytes passes up to the device, with its length and type at each. */
const toTheDevice = (len: number): unknown[] => [
  ['lwtunnel_output', len, 'tcpv4'],
  ['seg6_output', len, 'tcpv4'],
  [ENCAPSULATION, len, 'tcpv4|ipxip6'],
  ['ip6_output', len + OUTER, 'tcpv4|ipxip6'],
  ['__dev_queue_xmit', len + OUTER + ETHERNET, 'tcpv4|ipxip6'],
];

describe('a TCP transfer over SRv6 into a VRF, marked by iptables', () => {
  beforeAll(() => upPath(SRV6));
  afterAll(() => downPath(SRV6));

  it('shows the encapsulation, and GSO packets that are sent unsegmented', async () => {
    const packets = await tracedTransfer(5001);
    const large = packets.filter(isGso);
    expect(large.length).toBeGreaterThan(0);
    for (const events of large) {
      const [{ len } = { len: 0 }] = events;
      expect(len).toBeGreaterThan(MTU);
      expect(wayOf(events)).toEqual([...toTheDevice(len), [DEVICE, len + OUTER + ETHERNET, 'tcpv4|ipxip6']]);
      expect(new Set(events.map(({ gso_size: size }) => size))).toEqual(new Set([SEGMENT]));
    }
    const sent = dataAt('lwtunnel_output', INNER, packets);
    expect(sent).toBeGreaterThanOrEqual(BYTES);
    expect(dataAt(DEVICE, ETHERNET + OUTER + INNER, packets)).toBe(sent);
    expect(packets.flat().map((event) => event.function)).not.toContain('skb_segment');
  });

  it('shows the segments if the device has no tx-ipxip6-segmentation', async () => {
    run(SRV6.topology, 'exec', 'host1', 'ethtool', '-K', 'veth', 'tx-ipxip6-segmentation', 'off');
    const packets = await tracedTransfer(5002);
    const large = packets.filter(isGso);
    expect(large.length).toBeGreaterThan(0);
    for (const events of large) {
      const [{ len } = { len: 0 }] = events;
      // The kernel has removed the headers when it segments the data after them.
      expect(wayOf(events)).toEqual([...toTheDevice(len), ['skb_segment', len - INNER, 'tcpv4|ipxip6']]);
    }
    const segments = packets.filter(([first]) => first?.function === DEVICE);
    expect(segments.every((events) => events.length === 1 && !isGso(events))).toBe(true);
    const lengths = segments.flat().map(({ len }) => len);
    expect(Math.max(...lengths)).toBe(MTU + ETHERNET);
    // Nothing is lost on the way: the segments are the GSO packets.
    const cut = dataAt('skb_segment', 0, large);
    expect(cut).toBeGreaterThan(BYTES / 2);
    expect(dataAt(DEVICE, ETHERNET + OUTER + INNER, segments)).toBe(cut);
    expect(segments.length).toBe(
      large.reduce((sum, [first]) => sum + Math.ceil(((first?.len ?? 0) - INNER) / SEGMENT), 0),
    );
  });
});
