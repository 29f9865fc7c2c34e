// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { run, until } from '../kernel/system.js';
import { TRAFFIC } from './traffic.js';
import { HOME } from '../home.js';

export const TUNNELS = join(HOME, 'lab/net/tunnels');

/** Ports without a socket, to which the first and the last datagram go. */
const [FIRST, LAST] = [40_001, 40_002];
const LAST_SIZE = 64;
/** Port and length in the UDP header of the last datagram. */
export const LAST_BYTES = Buffer.of(LAST >> 8, LAST & 0xff, 0, 8 + LAST_SIZE);
/** True for a packet to the port of the first datagram, or the last. */
export const isFirst = ({ dport }: { readonly dport?: number }): boolean => dport === FIRST;
export const isLast = ({ dport }: { readonly dport?: number }): boolean => dport === LAST;

/** In one of the namespaces, all on one CPU: so packets have one order. */
const inside = (name: 'a' | 'b', ...command: string[]): string[] => [
  ...['netns', 'exec', `ipft-${name}`, 'taskset', '-c', '1'],
  ...command,
];

const execute = (name: 'a' | 'b', ...command: string[]): string => run('ip', ...inside(name, ...command));

const datagram = (name: 'a' | 'b', to: string): string =>
  execute(name, TRAFFIC, 'udp', '--size', LAST_SIZE.toString(), '--to', to);

/** Pings, one after the other; options in front of the address. Some get no answer. */
const pings = (name: 'a' | 'b', ...targets: readonly string[]): string =>
  execute(name, 'bash', '-c', targets.map((target) => `ping -nqc 1 -W 1 ${target} || true`).join('\n'));

/** From a to the sink in b, which is told to listen at `bind`. */
async function tcp(bind: string, to: string, port: number): Promise<void> {
  const command = [TRAFFIC, 'tcp-sink', '--bind', bind, '--port', port.toString()];
  const sink = spawn('ip', inside('b', ...command), { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  sink.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  await until('tcp-sink to listen', () => said.includes('listening'));
  execute('a', TRAFFIC, 'tcp-send', '--to', `${to}:${port}`, '--bytes', '3000');
  if (sink.exitCode === null) await once(sink, 'exit');
}

/** Pings through each tunnel, with IPv4 and IPv6 inside. */
function throughTunnels(): void {
  const ways = run(TUNNELS, 'ways').trimEnd().split('\n');
  const targets = ways.flatMap((way) => {
    const [number, , ...versions] = way.split(' ');
    return versions.map((version) => (version === '4' ? `10.1.${number}.10` : `fd00:1:${number}::10`));
  });
  pings('a', ...targets);
}

/** To a: to all, to some, and to another host, whose address at the link is not a's. */
function toOthers(): void {
  const neighbour = ['10.0.0.99', 'lladdr', '02:00:00:00:00:99', 'dev', 'veth'];
  run('ip', '-n', 'ipft-b', 'neighbour', 'replace', ...neighbour, 'nud', 'permanent');
  pings('b', '-b 10.0.0.255', '-I veth ff02::1');
  datagram('b', '10.0.0.99:9');
}

/** Packets of all kinds through lab/net/tunnels, between two datagrams that a sends to FIRST and LAST. */
export async function tunnelTraffic(): Promise<void> {
  datagram('a', `10.0.0.10:${FIRST}`);
  throughTunnels();
  pings('a', '-t 33 10.0.0.10', '-t 5 fd00::10', '-s 2000 10.0.0.10');
  toOthers();
  datagram('a', '[fd00::10]:9');
  await tcp('0.0.0.0', '10.0.0.10', 5001);
  await tcp('::', '[fd00::10]', 5002);
  await tcp('0.0.0.0', '10.1.6.10', 5003); // VXLAN
  await tcp('::', '[fd00:1:11::10]', 5004); // Geneve over IPv6
  execute('a', 'bash', '-c', `! ${TRAFFIC} tcp-send --to 10.0.0.10:9`); // RST
  datagram('a', `10.0.0.10:${LAST}`);
}
