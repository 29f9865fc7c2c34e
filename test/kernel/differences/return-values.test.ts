// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { trace } from '../../support/ipft/in-process.js';
import { parseResults } from '../../support/ipft/results.js';
import { cleanUp, WITH_RETURNS } from '../../support/kernel/kernel.js';
import { now, pause, readText, run, shell, TRACEFS } from '../../support/kernel/system.js';
import { ping } from '../../support/traffic/traffic.js';
import { pairsOf, type Row } from '../../support/witnesses/pairing.js';
import { traceEvents, type TraceEvent } from '../../support/witnesses/trace-events.js';
import { wholeOnlyBut } from '../../support/whole.js';

const BTF = readFileSync('/sys/kernel/btf/vmlinux');
const LISTED = new Set(readText(`${TRACEFS}/available_filter_functions`).split(/\s+/));

type Show = (register: bigint) => string;

const signed =
  (bits: number): Show =>
  (register) =>
    BigInt.asIntN(bits, register).toString();
const unsigned =
  (bits: number): Show =>
  (register) =>
    BigInt.asUintN(bits, register).toString();
const swapped16: Show = (register) => (((register & 0xffn) << 8n) | ((register >> 8n) & 0xffn)).toString();
const boolean: Show = (register) => String((register & 0xffn) !== 0n);
const nothing: Show = () => 'null';
const named =
  (names: Readonly<Record<string, string>>): Show =>
  (register) =>
    JSON.stringify(names[signed(32)(register)] ?? signed(32)(register));

/** The errno that inet_gso_segment() returns for a protocol without segmentation. */
const EPROTONOSUPPORT = -93n;
const pointer: Show = (register) =>
  JSON.stringify(
    BigInt.asIntN(64, register) === EPROTONOSUPPORT ? '-EPROTONOSUPPORT' : `0x${register.toString(16)}`,
  );

const NETDEV_TX = named({ 0: 'NETDEV_TX_OK', 16: 'NETDEV_TX_BUSY' });
const RX_HANDLER = named({ 0: 'RX_HANDLER_CONSUMED', 3: 'RX_HANDLER_PASS' });

/** Functions and how their return values are shown, by the types in the kernel's sources. icmp_echo() returned a bool before Linux 5.18. */
const IN_KERNEL: Readonly<Record<string, Show>> = {
  ip_output: signed(32),
  skb_checksum: unsigned(32),
  apparmor_ip_postroute: unsigned(32),
  __skb_checksum_complete: unsigned(16),
  eth_type_trans: swapped16,
  netif_skb_features: unsigned(64),
  skb_partial_csum_set: boolean,
  icmp_echo: BTF.includes('\0skb_drop_reason\0') ? named({ 0: 'SKB_NOT_DROPPED_YET' }) : boolean,
  loopback_xmit: NETDEV_TX,
  validate_xmit_skb: pointer,
  inet_gso_segment: pointer,
  skb_release_data: nothing,
  tcp_v4_init_seq_and_ts_off: nothing, // returns a union, from Linux 6.19 on
};
/** Functions that a compiler may have inlined, or a kernel may have disabled. */
const SELDOM = ['skb_checksum', 'apparmor_ip_postroute'];
const IN_MODULES: Readonly<Record<string, readonly [module: string, show: Show]>> = {
  veth_xmit: ['veth', NETDEV_TX],
  br_handle_frame: ['bridge', RX_HANDLER],
};
const SHOWS: Readonly<Record<string, Show>> = {
  ...IN_KERNEL,
  ...Object.fromEntries(Object.entries(IN_MODULES).map(([name, [, show]]) => [name, show])),
};

// A TCP connection; and a packet for TSO, of an unknown protocol, to a device without TSO.
const SEND = `
import socket, struct
with socket.create_server(("127.0.0.1", 0)) as server: socket.create_connection(server.getsockname()).close()
SOL_PACKET, PACKET_VNET_HDR, NEEDS_CSUM, GSO_TCPV4, ETH_P_IP, UNKNOWN = 263, 15, 1, 1, 0x0800, 253
sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
sender.bind(("returns0", ETH_P_IP))
sender.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
HEADER_WORDS = 5 << 4
data = bytes(12) + bytes([HEADER_WORDS]) + bytes(7 + 1400)
ip = struct.pack("!BBHHHBBH8s", 0x45, 0, 20 + len(data), 1, 0, 64, UNKNOWN, 0, bytes([10, 7, 7, 1, 10, 7, 7, 2]))
ethernet = struct.pack("!6s6sH", b"\\xff" * 6, b"\\2\\0\\0\\0\\0\\1", ETH_P_IP)
def send(flags, gso, size, start, offset):
  sender.send(struct.pack("=BBHHHH", flags, gso, 54, size, start, offset) + ethernet + ip + data)
send(0, 0, 0, 0, 0)
try: send(NEEDS_CSUM, GSO_TCPV4, 500, 34, 16)
except OSError: pass # it is dropped
`;

beforeAll(() => {
  shell(`modprobe -a veth bridge
    ip link add returns0 type veth peer name returns1
    ip link add returns2 type bridge
    ip link set returns1 master returns2
    ethtool -K returns0 tso off >/dev/null
    for link in returns0 returns1 returns2; do ip link set $link up; done`);
});
afterAll(() => void shell('ip link delete returns2; ip link delete returns0'));
afterEach(cleanUp);

async function traffic(): Promise<void> {
  await ping();
  run('python3', '-c', SEND);
  await pause(200); // until the packets are received
}

/** The functions to trace: those that the kernel has and whose types are known. */
function namesFor(backend: string): string[] {
  // fentry cannot attach a function that returns a union: there is no trampoline for it.
  const own = Object.keys(IN_KERNEL).filter(
    (name) => LISTED.has(name) && !(backend === 'fentry' && name.startsWith('tcp_v4_init')),
  );
  const modules = Object.entries(IN_MODULES).filter(([, [module]]) =>
    existsSync(`/sys/kernel/btf/${module}`),
  );
  return [...own, ...modules.map(([name]) => name)];
}

/** Returns in the output of `-o json`, with the text of return_value: integers may have more digits than JSON.parse() keeps. */
function returnsIn(stdout: string): Row[] {
  const { events } = parseResults(stdout);
  return stdout
    .split('\n')
    .slice(0, events.length)
    .map((line, i) => {
      const [, value = 'none'] = /"return_value":("[^"]*"|[^,}]+)/.exec(line) ?? [];
      const row: Row = { ...(events[i] as Row), return_value: value };
      return row;
    })
    .filter((row) => row['is_return'] === true);
}

async function traced(backend: string, names: readonly string[]) {
  const probes = names.map((name) => {
    const module = IN_MODULES[name]?.[0];
    // From Linux 6.9 on the kernel reads BTF, and refuses $retval of void functions.
    const fetched = SHOWS[name] === nothing ? '' : ' ret=$retval:x64';
    return `r64:witness/${name} ${module === undefined ? '' : `${module}:`}${name}${fetched}`;
  });
  const args = ['-t', 'function_graph', '-m', '0', '--mask', '0', '-b', backend, '-o', 'json'];
  const { events, missed, result } = await traceEvents(probes, async () => {
    const running = await trace([...args, '-f', 'return_value', '-r', `^(${names.join('|')})$`]);
    const from = Number(now());
    await traffic();
    const to = Number(now());
    return { ...(await running.end()), from, to };
  });
  const within = ({ timestamp }: Row | TraceEvent): boolean =>
    timestamp >= result.from && timestamp <= result.to;
  const { summary } = parseResults(result.stdout);
  const { recursion, missed_returns: unreturned } = summary.causes;
  const missedBy = { byIpft: recursion + unreturned, byKernel: missed };
  return { rows: returnsIn(result.stdout).filter(within), events: events.filter(within), missedBy };
}

describe.each(WITH_RETURNS)('return_value by the type in the prototype, -b %s', (backend) => {
  const [skips, why] = wholeOnlyBut(WITH_RETURNS[0] ?? '', backend);
  it.skipIf(skips)(`is the value that the kernel’s kretprobe events have${why}`, async () => {
    const names = namesFor(backend);
    const { rows, events, missedBy } = await traced(backend, names);
    const pairs = pairsOf(
      rows,
      events,
      [
        ({ function: name, tid, processor_id: cpu }) => `${name} ${tid} ${cpu}`,
        ({ name, tid, cpu }) => `${name} ${tid} ${cpu}`,
      ],
      missedBy,
    );
    const told = pairs.map(({ row, event }) => [
      row.function,
      row['return_value'],
      event.values['ret'],
      SHOWS[row.function]?.(BigInt(event.values['ret'] ?? 0)),
    ]);
    expect(told.map(([name, value]) => [name, value])).toEqual(
      told.map(([name, , , value]) => [name, value]),
    );
    const required = names.filter((name) => !SELDOM.includes(name));
    expect([...new Set(rows.map((row) => row.function))]).toEqual(expect.arrayContaining(required));
    const shownBy = (name: string): Set<unknown> =>
      new Set(rows.filter((row) => row.function === name).map((row) => row['return_value']));
    console.log(`${backend}: ${names.map((name) => `${name} ${[...shownBy(name)].join(' ')}`).join('; ')}`);
    expect(shownBy('inet_gso_segment')).toEqual(new Set(['"-EPROTONOSUPPORT"']));
    expect(shownBy('validate_xmit_skb')).toContain('"0x0"'); // that packet is dropped
    expect(shownBy('eth_type_trans')).toContain('2048');
    expect(shownBy('loopback_xmit')).toEqual(new Set(['"NETDEV_TX_OK"']));
    expect(shownBy('skb_partial_csum_set')).toEqual(new Set(['true']));
    const features = [...shownBy('netif_skb_features')].map((text) => BigInt(String(text)));
    expect(features.some((value) => value >= 1n << 32n)).toBe(true);
  });
});
