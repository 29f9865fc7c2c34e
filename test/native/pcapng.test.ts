// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal } from '../support/addon/bpf-objects.js';
import { HOME } from '../support/home.js';
import { ipftProcess } from '../support/ipft/process.js';
import { parseJson, parseResults, type Event } from '../support/ipft/results.js';
import { snapsIn, type SnapEvent } from '../support/packets/snaps.js';
import { packetsOf, SUITES, Viewers } from '../support/pcapng/viewers.js';
import { IS_WHOLE, WHOLE_ONLY } from '../support/whole.js';

/** No other trace on this machine has this mark. */
const MARK = 0x1e000000 + (process.pid & 0x3fffff);
const reason = refusal();
const folder = mkdtempSync('/tmp/ipft-pcapng-');
const FILE = `${folder}/trace.ipft`;
afterAll(() => rmSync(folder, { recursive: true }));

const SECOND = 1_000_000_000n;

interface Recorded {
  readonly events: readonly Event[];
  readonly snaps: readonly SnapEvent[];
  readonly offset: bigint;
}

async function recorded(): Promise<Recorded> {
  const traced = ['-m', `${MARK}`, '-b', 'tracepoint', '-r', '^tp:(net_|netif_|consume_skb)'];
  const pings = `-- ping -n -q -c 5 -i 0.01 -s 600 -m ${MARK} 127.0.0.1`.split(' ');
  const { code, stderr } = await ipftProcess(['record', ...traced, '-w', FILE, '--snaplen', '200', ...pings]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const shown = await ipftProcess(['show', FILE, '-o', 'json']);
  const { summary } = parseResults(shown.stdout);
  return {
    events: parseJson(shown.stdout),
    snaps: await snapsIn(FILE),
    offset: BigInt(summary.real_offset_ns),
  };
}

async function exportedTo(kind: string, ...args: readonly string[]): Promise<string> {
  const path = `${folder}/${kind}.pcapng`;
  const all = ['export', '--to', 'pcapng', FILE, '--interfaces', kind, '-w', path, ...args];
  expect(await ipftProcess(all)).toMatchObject({ code: 0, stderr: '', stdout: '' });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  return path;
}

const FIELDS = [
  'frame.number',
  'frame.time_epoch',
  'frame.packet_id',
  'frame.interface_name',
  'frame.len',
  'frame.cap_len',
  'eth.type',
];

/** Seconds since 1970 as tshark writes them: 4.4 with nine digits, like 4.0. */
const epoch = (timestamp: bigint, offset: bigint): string => {
  const ns = timestamp + offset;
  return `${ns / SECOND}.${(ns % SECOND).toString().padStart(9, '0')}`;
};

describe.skipIf(reason !== null)(
  `ipft export --to pcapng${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 300_000 },
  () => {
    let trace: Recorded;
    beforeAll(async () => void (trace = await recorded()), 60_000);

    describe.skipIf(!IS_WHOLE).each(SUITES)(`for the programs of %s${WHOLE_ONLY}`, (suite) => {
      let viewers: Viewers;
      beforeAll(() => void (viewers = new Viewers(suite)), 600_000);
      afterAll(() => viewers.remove());

      const linesOf = (path: string, fields: readonly string[], ...args: string[]): string[][] =>
        viewers
          .run('tshark', ...args, '-r', path, '-T', 'fields', ...fields.flatMap((field) => ['-e', field]))
          .trimEnd()
          .split('\n')
          .map((line) => line.split('\t'));

      /** Packets' bytes, as editcap writes them. */
      function bytesIn(path: string): ReturnType<typeof packetsOf> {
        const plain = viewers.path('plain.pcap');
        viewers.run('editcap', '-F', 'nsecpcap', path, plain);
        return packetsOf(viewers.read(plain));
      }

      it('has a frame for each event with --interfaces function', async () => {
        const path = viewers.add(await exportedTo('function'));
        const { events, snaps, offset } = trace;
        expect(linesOf(path, FIELDS)).toEqual(
          events.map((event, index) => {
            const { snap } = snaps[index] ?? {};
            const [length, captured] =
              snap === null || snap === undefined ? [14, 14] : [snap.length, snap.bytes.length];
            return [
              `${index + 1}`,
              epoch(event.timestamp, offset),
              `${event.packet}`,
              event.function,
              `${length}`,
              `${captured}`,
              snap === null ? '0x88b5' : '0x0800',
            ];
          }),
        );
        const packets = bytesIn(path);
        snaps.forEach(({ snap }, index) => {
          if (snap !== null) expect(packets[index]?.bytes).toEqual(Buffer.from(snap.bytes));
        });
      });

      it('has a frame where bytes change with --interfaces device', async () => {
        const path = viewers.add(await exportedTo('device'));
        const first = new Map<number, number>();
        trace.events.forEach(({ packet }, index) => {
          if (!first.has(packet)) first.set(packet, index);
        });
        const lines = linesOf(path, ['frame.packet_id', 'frame.interface_name', 'frame.time_epoch']);
        expect(lines).toEqual(
          [...first].map(([packet, index]) => [
            `${packet}`,
            'lo',
            epoch(trace.events[index]?.timestamp ?? 0n, trace.offset),
          ]),
        );
      });

      it('says in comments what an event is, which the Lua script makes fields of', async () => {
        const path = viewers.add(await exportedTo('function'));
        const script = viewers.add(join(HOME, 'share/wireshark/ipft.lua'));
        const last = trace.events.at(-1);
        const lines = linesOf(
          path,
          ['ipft.function', 'ipft.len', 'ipft.cpu'],
          ...['-X', `lua_script:${script}`, '-Y', `frame.packet_id == ${last?.packet}`],
        );
        const own = trace.events.filter(({ packet }) => packet === last?.packet);
        expect(lines).toEqual(own.map((event) => [event.function, `${event.len}`, `${event.processor_id}`]));
      });

      it('is read by tcpdump, capinfos and mergecap', async () => {
        const path = viewers.add(await exportedTo('function'));
        const count = trace.events.length;
        const text = viewers.run('tcpdump', '-n', '-r', path, 'icmp');
        expect(text.trimEnd().split('\n')).toHaveLength(
          trace.snaps.filter(({ snap }) => snap !== null).length,
        );
        expect(viewers.run('capinfos', '-c', '-M', path)).toMatch(
          new RegExp(`Number of packets: +${count}\\n`),
        );
        const both = viewers.path('both.pcapng');
        viewers.run('mergecap', '-w', both, path, path);
        expect(linesOf(both, ['frame.packet_id'])).toHaveLength(2 * count);
        expect(viewers.run('editcap', path, viewers.path('same.pcapng'))).toBe('');
        expect(linesOf(viewers.path('same.pcapng'), FIELDS.slice(2, 3))).toEqual(
          linesOf(path, FIELDS.slice(2, 3)),
        );
      });
    });

    it('of a file without bytes ends with exit code 4 and names the flag that keeps them', async () => {
      const bare = `${folder}/bare.ipft`;
      await ipftProcess(['record', '-m', `${MARK}`, '-b', 'tracepoint', '-w', bare, '--', 'true']);
      expect(await ipftProcess(['export', '--to', 'pcapng', bare, '-w', `${folder}/none`])).toMatchObject({
        code: 4,
        stderr: 'ipft: pcapng: the trace has no bytes of packets\nTry: ipft record --snaplen\n',
      });
    });

    it('is written by a running trace, too, with 256 bytes unless --snaplen says otherwise', async () => {
      const path = `${folder}/live.pcapng`;
      const args = ['-m', `${MARK}`, '-b', 'tracepoint', '-o', 'pcapng', '--output-file', path];
      const ping = `-- ping -n -q -c 1 -s 600 -m ${MARK} 127.0.0.1`.split(' ');
      expect(await ipftProcess([...args, ...ping])).toMatchObject({ code: 0 });
      expect(statSync(path).size).toBeGreaterThan(300);
    });
  },
);
