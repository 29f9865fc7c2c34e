// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Inside a guest kernel, as root: traffic of many kinds, in rounds. Pings, bursts and what has no mark over lo; between the
// namespaces of lab/net/tunnels TCP and UDP with GSO, through tunnels of every kind, whose packets are cut by the device in one
// round and by the kernel in the next; and fragments.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { GSO, MARK, udp } from './ipft.mjs';

const TUNNELS = 'lab/net/tunnels';
const TRAFFIC = '.cache/lab/traffic';
/** Of a transfer: some packets of several segments. */
const BYTES = '12000';
const FIRST_PORT = 6000;
/** Features without which the kernel cuts packets instead of the device. */
const OFFLOADS = ['udp_tnl', 'udp_tnl-csum', 'gre', 'gre-csum', 'ipxip4', 'ipxip6', 'udp'];

const exec = promisify(execFile);
const run = (file, ...args) => exec(file, args);
const inside = (name, ...command) => run('ip', 'netns', 'exec', `ipft-${name}`, ...command);

/** Addresses of b: at the link, and through each tunnel, over IPv4 and IPv6. */
async function targets() {
  const { stdout } = await run(TUNNELS, 'ways');
  const through = stdout
    .trimEnd()
    .split('\n')
    .flatMap((way) => {
      const [number, , ...versions] = way.split(' ');
      return versions.map((version) => (version === '4' ? `10.1.${number}.10` : `[fd00:1:${number}::10]`));
    });
  return ['10.0.0.10', '[fd00::10]', ...through];
}

/** Bytes over TCP from a to b. */
async function transfer(to, port) {
  const bind = to.startsWith('[') ? '::' : '0.0.0.0';
  const args = ['netns', 'exec', 'ipft-b', TRAFFIC, 'tcp-sink', '--bind', bind, '--port', `${port}`];
  const sink = spawn('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(sink, 'exit');
  await once(sink.stderr, 'data'); // listening
  await inside('a', TRAFFIC, 'tcp-send', '--to', `${to}:${port}`, '--bytes', BYTES, '--mark', `${MARK}`);
  const [code] = await ended;
  if (code !== 0) throw new Error(`tcp-sink: exit code ${code}`);
}

/** What a device lacks stays as it is. */
async function offload(isOn) {
  const features = OFFLOADS.flatMap((feature) => [`tx-${feature}-segmentation`, isOn ? 'on' : 'off']);
  for (const name of ['a', 'b'])
    await inside(name, 'ethtool', '-K', 'veth', ...features).catch(() => undefined);
}

const ping = (...args) => ['ping', '-q', '-c', '5', '-i', '0.05', '-m', `${MARK}`, ...args];

/** Builds what the traffic needs. Returns what sends a round of it. */
export async function openMixedTraffic() {
  await run(TUNNELS, 'up');
  const all = await targets();
  let rounds = 0;
  return {
    async round() {
      await run(...ping('127.0.0.1'));
      await udp(MARK, 2000);
      await udp(0, 5000);
      await offload(rounds++ % 2 === 0);
      for (const [index, to] of all.entries()) await transfer(to, FIRST_PORT + index);
      for (const to of ['10.0.0.10', '10.1.4.10', '10.1.6.10']) {
        await inside('a', TRAFFIC, 'udp', '--to', `${to}:9`, '--mark', `${MARK}`, ...GSO);
        await inside('a', ...ping('-s', '4000', to));
      }
    },
    close: () => run(TUNNELS, 'down'),
  };
}
