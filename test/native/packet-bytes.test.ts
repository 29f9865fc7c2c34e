// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { refusal } from '../support/addon/bpf-objects.js';
import { ipftProcess, IpftProcess } from '../support/ipft/process.js';
import { run } from '../support/kernel/system.js';
import { snapsIn, type SnapEvent } from '../support/packets/snaps.js';
import { packetsIn } from '../support/pcapng/packets.js';

/* --snaplen: the bytes of packets in files of every kind. */

/** No other trace on this machine has these marks. */
const MARK = 0x1d000000 + (process.pid & 0x3ffffe);
const reason = refusal();
const folder = mkdtempSync('/tmp/ipft-snaplen-');
const file = (name: string): string => `${folder}/${name}.ipft`;
const FILE = file('trace');

const traceOf = (mark = MARK): string[] => ['record', '-m', `${mark}`, '-b', 'tracepoint'];
/** Pings of 1,042 bytes with these data; the bytes in hexadecimal. */
const pinging = (count: number, pattern: string, mark = MARK): string[] =>
  `ping -n -q -c ${count} -i 0.01 -s 1000 -p ${pattern} -m ${mark} 127.0.0.1`.split(' ');

const hex = ({ snap }: SnapEvent): string =>
  snap === null ? 'none' : Buffer.from(snap.bytes).toString('hex');

async function ipft(...args: string[]): Promise<void> {
  const { code, stderr } = await ipftProcess(args);
  expect({ code, stderr }).toMatchObject({ code: 0 });
}

beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(reason !== null)(
  `the bytes of packets${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 60_000 },
  () => {
    it('are in the file with --snaplen, those that do not change once', async () => {
      await ipft(...traceOf(), '-w', FILE, '--snaplen', '--', ...pinging(2, 'c0ffee'));
      const snaps = (await snapsIn(FILE)).flatMap(({ snap }) => snap ?? []);
      expect(snaps.length).toBeGreaterThanOrEqual(4);
      for (const { bytes, length, mac, network, link, protocol, ifname, isCut } of snaps.slice(0, 2)) {
        expect({ length, mac, network, link, protocol, ifname, isCut }).toEqual({
          ...{ length: 1042, mac: 0, network: 14, link: 772, protocol: 0x0800, ifname: 'lo', isCut: false },
        });
        expect(bytes).toHaveLength(256);
        expect(Buffer.from(bytes.subarray(12, 15)).toString('hex')).toBe('080045');
        expect(Buffer.from(bytes).toString('hex')).toMatch(/(c0ffee){60}/);
      }
      expect(new Set(snaps.map(({ bytes }) => bytes.byteOffset)).size).toBeLessThan(snaps.length);
      expect(await ipftProcess(['show', FILE, '-o', 'json'])).toMatchObject({ code: 0, stderr: '' });
    });

    it.each([
      ['0', /--snaplen: expected a number from 1 to 65000, received '0'/],
      ['65001', /--snaplen: expected a number from 1 to 65000, received '65001'/],
    ])('are no more than a record has: --snaplen %s', async (snaplen, message) => {
      const { code, stderr } = await ipftProcess([...traceOf(), '-w', FILE, '--snaplen', snaplen]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) as string });
    });

    it('are in the file that is merged of several', async () => {
      const other = MARK + 1;
      const traces = [
        new IpftProcess([...traceOf(), '-w', file('a'), '--snaplen', '300']),
        new IpftProcess([...traceOf(other), '-w', file('b'), '--snaplen', '100']),
      ];
      await Promise.all(traces.map((trace) => trace.says('Trace ready!')));
      for (const [mark, pattern] of [
        [MARK, 'aa'],
        [other, 'bb'],
        [MARK, 'cc'],
      ] as const)
        run(...(pinging(2, pattern, mark) as [string, ...string[]]));
      await Promise.all(traces.map((trace) => trace.end()));
      await ipft('merge', file('a'), file('b'), '-w', file('both'));
      const [a, b, both] = await Promise.all([snapsIn(file('a')), snapsIn(file('b')), snapsIn(file('both'))]);
      const key = (event: SnapEvent): string => `${event.time} ${event.function} ${hex(event)}`;
      expect(both.map(key).sort()).toEqual([...a, ...b].map(key).sort());
      expect(both.filter((event) => /(bb){20}/.test(hex(event))).length).toBeGreaterThan(3);
      await ipft('export', '--to', 'pcapng', file('both'), '-w', `${folder}/both.pcapng`);
      const frames = packetsIn(readFileSync(`${folder}/both.pcapng`)).map(({ bytes }) => bytes.length / 2);
      expect([Math.min(...frames), Math.max(...frames)]).toEqual([100, 300]);
    });

    it('are not merged with a file that has none', async () => {
      await ipft(...traceOf(), '-w', file('a'), '--snaplen', '--duration', '100ms');
      await ipft(...traceOf(), '-w', file('b'), '--duration', '100ms');
      expect(await ipftProcess(['merge', file('a'), file('b'), '-w', file('both')])).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/packet bytes.*\nTry: .*--snaplen\n/) as string,
      });
      expect(existsSync(file('both'))).toBe(false);
    });

    it('are kept by the flight recorder, too', async () => {
      const args = ['-w', FILE, '--snaplen', '200', '--ring', '8MB', '--trigger-after', '100ms'];
      const running = new IpftProcess([...traceOf(), ...args]);
      await running.says('Trace ready!');
      run(...(pinging(20, 'fade') as [string, ...string[]]));
      running.child.kill('SIGUSR2');
      await running.says(`${FILE}: `);
      await running.end();
      const events = await snapsIn(FILE);
      expect(events.filter((event) => /(fade){60}/.test(hex(event))).length).toBeGreaterThanOrEqual(40);
    });
  },
);
