// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { gsoTypeNames } from '../../src/columns/gso-type.js';
import type { Palette } from '../../src/core/line.js';
import { outputs } from '../../src/outputs/index.js';
import { createOutput, type RenderOptions } from '../../src/results/render.js';
import {
  batchOf,
  CONTEXT,
  pack,
  textOf,
  UNKNOWN_FUNCTION,
  type Event,
  type PacketNumbers,
} from '../support/packets/rows.js';

/** Everything an output writes for batches of events: while tracing, then at the end. */
function write(
  id: string,
  batches: readonly (readonly Event[])[],
  options?: RenderOptions,
): [string, string] {
  const descriptor = outputs.get(id);
  if (descriptor === undefined) throw new Error(`no output ${id}`);
  const output = createOutput(descriptor, CONTEXT, options);
  const numbers: PacketNumbers = new Map();
  const live = batches.map((events) => textOf([output.batch(batchOf(pack(events, numbers)))])).join('');
  return [live, textOf(output.results())];
}

const A = 0xffff888003211000n;
const B = 0xffff888003211100n;

describe('aggregate', () => {
  it('prints a group with a line for each event of a GSO packet', () => {
    const gso = { len: 5764, gsoType: 1, gsoSize: 1384 };
    const events = [
      { ...gso, time: 3347634373462n, function: 0 },
      { ...gso, time: 3347634379670n, function: 1 },
    ];
    expect(write('aggregate', [events])).toEqual([
      '',
      '===\n' +
        '3347634373462 0000              selinux_ipv4_output (len: 5764 gso_type: tcpv4)\n' +
        '3347634379670 0000                        ip_output (len: 5764 gso_type: tcpv4)\n',
    ]);
  });

  it('shows modules after functions, truncates no name, and shows unknown functions as addresses', () => {
    const events = [
      { time: 1n, function: 2, len: 84, cpu: 3 },
      { time: 2n, function: 3, len: 84, cpu: 12 },
      { time: 3n, function: UNKNOWN_FUNCTION, address: 0xffffffff81dcec40n, len: 84, cpu: 12345 },
    ];
    expect(write('aggregate', [events])[1]).toBe(
      '===\n' +
        '1 0003                     nft_do_chain [nf_tables] (len: 84)\n' +
        '2 0012 a_function_name_of_more_than_32_characters (len: 84)\n' +
        '3 12345               0xffffffff81dcec40 (len: 84)\n',
    );
  });

  it('shows no gso_type for a packet that is not GSO, even if stale bits are set', () => {
    expect(write('aggregate', [[{ gsoType: 1, gsoSize: 0, len: 0 }]])[1]).toContain(' (len: 0)\n');
  });

  it('groups events by packet, in order of time; events with equal times keep their order', () => {
    const first = [
      { time: 30n, skb: B, function: 0 },
      { time: 40n, skb: A, function: 0, cpu: 1 },
      { time: 40n, skb: A, function: 1, cpu: 2 },
    ];
    const second = [
      { time: 10n, skb: A, function: 1, cpu: 3 },
      { time: 40n, skb: A, function: 2, cpu: 4 },
      { time: 50n, skb: B, function: 1, cpu: 5 },
    ];
    const [, results] = write('aggregate', [first, second]);
    const shown = results.split('\n').map((line) => line.slice(0, 7));
    expect(shown).toEqual([
      '===',
      '30 0000',
      '50 0005',
      '===',
      '10 0003',
      '40 0001',
      '40 0002',
      '40 0004',
      '',
    ]);
  });

  it('distinguishes packets whose numbers differ only in the upper 32 bits', () => {
    const [, results] = write('aggregate', [[{ packet: 1n }, { packet: 0x1_0000_0001n }]]);
    expect(results.match(/===/g)).toHaveLength(2);
  });

  it('orders times that a double cannot represent', () => {
    const late = 2n ** 60n;
    const events = [late + 1n, late, late + 3n, late + 2n].map((time) => ({ time }));
    const [, results] = write('aggregate', [events]);
    const times = results
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split(' ')[0]);
    expect(times).toEqual([0n, 1n, 2n, 3n].map((more) => (late + more).toString()));
  });

  it('prints nothing for no events', () => {
    expect(write('aggregate', [])).toEqual(['', '']);
  });

  it('prints a packet when its life has ended, and the others at the end of the trace', () => {
    const [first, second, third] = [{ packet: 1n }, { packet: 2n }, { packet: 3n }];
    const batches = [
      [
        { ...first, time: 1n },
        { ...second, time: 2n },
        { ...first, time: 3n, isLast: true },
      ],
      [
        { ...third, time: 4n, isLast: true },
        { ...second, time: 5n },
      ],
    ];
    const numbers = (text: string): string => text.replace(/ .*/g, '').replaceAll('\n', ' ');
    expect(write('aggregate', [batches[0] ?? []]).map(numbers)).toEqual(['=== 1 3 ', '=== 2 ']);
    expect(write('aggregate', batches).map(numbers)).toEqual(['=== 1 3 === 4 ', '=== 2 5 ']);
  });

  it('ends a packet at a hidden row, which is not shown', () => {
    const [first, second] = [{ packet: 1n }, { packet: 2n }];
    const hidden = { isHidden: true, time: 9n };
    const batch = [
      { ...first, time: 1n },
      { ...first, ...hidden },
      { ...second, time: 2n },
      { ...second, ...hidden, isLast: true },
      { ...hidden, packet: 0n, isLast: true },
      { ...first, time: 3n },
    ];
    const numbers = (text: string): string => text.replace(/ .*/g, '').replaceAll('\n', ' ');
    expect(write('aggregate', [batch]).map(numbers)).toEqual(['=== 2 ', '=== 1 3 ']);
  });

  it('holds a bounded number of events, and prints the rest in pieces at the end', () => {
    const descriptor = outputs.get('aggregate');
    if (descriptor === undefined) throw new Error('no aggregate');
    const output = createOutput(descriptor, CONTEXT);
    const BATCHES = 1000;
    const BATCH = 1000;
    let text = '';
    for (let batch = 0; batch < BATCHES; batch++) {
      const events = Array.from({ length: BATCH }, (_, i) => ({
        packet: BigInt(Math.floor(batch / 100) * 100 + (i % 100)),
        time: BigInt(batch * BATCH + i),
      }));
      text += textOf([output.batch(batchOf(pack(events)))]);
    }
    const printed = text.split('\n').length;
    expect(printed).toBeGreaterThan(500_000);
    expect(printed).toBeLessThan(700_000);
    const pieces = Array.from(output.results(), (piece) => textOf([piece]));
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(1_000_000);
    const groups = (text + pieces.join('')).split('===\n').slice(1);
    expect(groups.length).toBe(1000);
    for (const group of groups) expect(group.split('\n').length).toBe(1001);
  });
});

describe('stream', () => {
  it('writes each line at once, beginning with the packet number', () => {
    const batches = [
      [
        { time: 1n, skb: A, function: 1, len: 84 },
        { time: 2n, skb: B, function: 1, len: 60 },
      ],
      [{ time: 3n, skb: A, function: 0, len: 70, gsoSize: 1, gsoType: 1 | 1024 }],
    ];
    expect(write('stream', batches)).toEqual([
      '    #1 1 0000                        ip_output (len: 84)\n' +
        '    #2 2 0000                        ip_output (len: 60)\n' +
        '    #1 3 0000              selinux_ipv4_output (len: 70 gso_type: tcpv4|ipxip6)\n',
      '',
    ]);
  });

  it('has titles on a terminal, once', () => {
    const [live] = write('stream', [[{ time: 1n }], [{ time: 2n }]], { terminal: true });
    expect(live.split('\n')[0]).toBe('PACKET TIME(ns)  CPU                         FUNCTION (len gso_type)');
    expect(live.match(/PACKET/g)).toHaveLength(1);
  });

  it('numbers many packets correctly', () => {
    const events = Array.from({ length: 20_000 }, (_, i) => ({ skb: A + BigInt(i % 10_000) * 256n }));
    const lines = write('stream', [events])[0].trimEnd().split('\n');
    lines.forEach((line, i) => {
      if (line.trimStart().split(' ', 1)[0] !== `#${(i % 10_000) + 1}`) throw new Error(`line ${i}: ${line}`);
    });
    expect(lines).toHaveLength(20_000);
  });

  it('colours with the palette it is given', () => {
    const mark = (name: string) => (text: string) => `<${name}>${text}</>`;
    const styles = ['dim', 'bold', 'cyan', 'red', 'green'] as const;
    const palette = Object.fromEntries(styles.map((name) => [name, mark(name)])) as Palette;
    const [live] = write('stream', [[{ time: 7n, function: 1, len: 1 }]], { palette });
    expect(live).toBe(
      '<cyan>    #1</> <dim>7</> <dim>0000</> <bold>                       ip_output</> (len: 1)\n',
    );
  });
});

describe('json', () => {
  it('has every key, even if the value is zero, and exact 64-bit numbers', () => {
    const time = 2n ** 64n - 1n;
    const [live, results] = write('json', [[{ time, skb: A, function: 1 }]]);
    expect(live).toBe(
      '{"packet_id":"0xffff888003211000","packet":1,"timestamp":18446744073709551615,"processor_id":0,"module":"vmlinux",' +
        '"function":"ip_output","is_return":false,"len":0,"gso_type":"","gso_size":0,"gso_segs":0,"mark":0}\n',
    );
    expect(results).toBe('');
  });

  it('has the fields of a GSO packet', () => {
    const event = {
      function: 2,
      cpu: 7,
      len: 5764,
      gsoType: 1025,
      gsoSize: 1384,
      gsoSegs: 5,
      mark: 0xdeadbeef,
    };
    expect(JSON.parse(write('json', [[event]])[0])).toEqual({
      packet_id: '0xffff888003211000',
      packet: 1,
      timestamp: 0,
      processor_id: 7,
      module: 'nf_tables',
      function: 'nft_do_chain',
      is_return: false,
      len: 5764,
      gso_type: 'tcpv4|ipxip6',
      gso_size: 1384,
      gso_segs: 5,
      mark: 0xdeadbeef,
    });
  });

  it('is valid for odd names and unknown functions', () => {
    const events = [{ function: 4 }, { function: UNKNOWN_FUNCTION, address: 0xffffffff81dcec40n }];
    const lines = write('json', [events])[0].trimEnd().split('\n');
    const parsed = lines.map((line) => JSON.parse(line) as { function: string; module: string });
    expect(parsed.map((line) => [line.function, line.module])).toEqual([
      ['odd"\\\u0001é', 'odd"module'],
      ['0xffffffff81dcec40', ''],
    ]);
  });
});

describe('gso_type', () => {
  const members = CONTEXT.enumMembers('SKB_GSO_TCPV4');

  it.each([
    [0, ''],
    [1, 'tcpv4'],
    [3, 'tcpv4|dodgy'],
    [0x80000000, 'top'],
    [1 | 0x40, 'tcpv4|0x40'],
    [0x40000000, '0x40000000'],
  ])('%i is %s', (type, names) => {
    expect(gsoTypeNames(type, members)).toBe(names);
  });

  it('is in hex if the kernel has no names', () => {
    expect(gsoTypeNames(5, null)).toBe('0x5');
  });
});
