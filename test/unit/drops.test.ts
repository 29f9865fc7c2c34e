// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { ColumnContext } from '../../src/core/column.js';
import { dropReader } from '../../src/core/drop.js';
import { DroppedPackets } from '../../src/core/dropped-packets.js';
import type { Output } from '../../src/core/output.js';
import { outputs } from '../../src/outputs/index.js';
import { createOutput, type RenderOptions } from '../../src/results/render.js';
import { parseCommandLine } from '../../src/cli/parse.js';
import { batchOf, CONTEXT, pack, textOf, type Event } from '../support/packets/rows.js';

const REASONS: Readonly<Record<number, string>> = {
  0: 'SKB_NOT_DROPPED_YET',
  1: 'SKB_CONSUMED',
  3: 'NO_SOCKET',
  4: 'NOT_SPECIFIED',
  5: 'QDISC_DROP',
};
const CAUSES: Readonly<Record<string, string>> = {
  '1 196616': 'QDISC_DROP_FLOW_LIMIT',
  '1 196609': 'QDISC_DROP_GENERIC',
  '2 -12': 'udp_fail_queue_rcv_skb ENOMEM',
};
const SYMBOLS = new Map([
  [0x10n, 'tcp_v4_rcv+0x1c5'],
  [0x20n, 'nft_do_chain.isra.0+0x47f [nf_tables]'],
]);
const KERNEL: ColumnContext = {
  ...CONTEXT,
  symbol: (address) => SYMBOLS.get(address) ?? `0x${address.toString(16)}`,
  dropReason: (reason) => REASONS[reason] ?? null,
  hasDropReasons: () => true,
  cause: (source, value) => CAUSES[`${source} ${value}`] ?? null,
};

function open(
  id: string,
  context = KERNEL,
  options: RenderOptions = {},
): { output: Output; packets: DroppedPackets } {
  const descriptor = outputs.get(id);
  if (descriptor === undefined) throw new Error(`no output ${id}`);
  const packets = new DroppedPackets(dropReader(context));
  return { packets, output: createOutput(descriptor, context, { dropped: packets, ...options }) };
}

const put = (output: Output, events: readonly Event[]): string =>
  textOf([output.batch(batchOf(pack(events)))]);

const call = (packet: bigint, time: bigint): Event => ({ packet, time, function: 1, len: 84 });
const drop = (packet: bigint, time: bigint, reason = 3, address = 0x10n, cause = 0n): Event => ({
  ...{ packet, time, address, reason, cause },
  isDrop: true,
});
/** As the programs send it. */
const told = (source: bigint, value: number): bigint => (source << 32n) | BigInt.asUintN(32, BigInt(value));
const end = (packet: bigint): Event => ({ packet, isHidden: true, isLast: true });
const line = (time: number): string => `${time} 0000                        ip_output (len: 84)\n`;

describe('--drops', () => {
  it('shows dropped packets when they end, and no others', () => {
    const { output, packets } = open('aggregate');
    expect(put(output, [call(1n, 1n), call(2n, 2n), drop(1n, 3n), end(2n)])).toBe('');
    expect(packets.omitted).toBe(1);
    expect(put(output, [call(1n, 4n), end(1n)])).toBe(
      `===\n${line(1)}${line(4)}dropped by tcp_v4_rcv+0x1c5: NO_SOCKET\n`,
    );
    expect([output.held, textOf(output.results())]).toEqual([0, '']);
    expect(packets.counts()).toEqual({ packets: 1, omitted: 1 });
  });

  it('shows dropped packets that have not ended at the end of the trace, and counts them before', () => {
    const { output, packets } = open('aggregate');
    expect(put(output, [call(1n, 1n), call(2n, 2n), drop(2n, 3n), call(3n, 4n)])).toBe('');
    expect(packets.counts()).toEqual({ packets: 1, omitted: 2 });
    expect(textOf(output.results())).toBe(`===\n${line(2)}dropped by tcp_v4_rcv+0x1c5: NO_SOCKET\n`);
    expect(packets.counts()).toEqual({ packets: 1, omitted: 2 });
    expect([output.held, packets.omitted]).toEqual([0, 2]);
  });

  it('does not take a consumed packet for a dropped one', () => {
    const { output, packets } = open('aggregate');
    expect(put(output, [call(1n, 1n), drop(1n, 2n, 1), drop(1n, 3n, 0), end(1n)])).toBe('');
    expect(packets.counts()).toEqual({ packets: 0, omitted: 3 });
    expect(put(output, [drop(2n, 4n, 1), drop(2n, 5n, 77, 0x30n), end(2n)])).toBe(
      '===\ndropped by 0x30: 77\n',
    );
    expect(packets.counts()).toEqual({ packets: 1, omitted: 4 });
  });

  it('says if the kernel has no drop reasons', () => {
    const old = { ...KERNEL, dropReason: () => null, hasDropReasons: () => false };
    expect(put(open('aggregate', old).output, [drop(1n, 1n, 0), end(1n)])).toBe(
      '===\ndropped by tcp_v4_rcv+0x1c5: unknown (this kernel has no drop reasons)\n',
    );
    expect(put(open('json', old).output, [drop(1n, 1n, 0), end(1n)])).toContain(
      '"reason":null,"cause":null}',
    );
    const full = drop(1n, 1n, 0, 0x10n, told(2n, -12));
    expect(put(open('aggregate', old).output, [full, end(1n)])).toContain(
      'dropped by tcp_v4_rcv+0x1c5: udp_fail_queue_rcv_skb ENOMEM\n',
    );
  });

  it('prints in JSON an object for the drop after the events of its packet', () => {
    const { output } = open('json');
    const events = [call(7n, 1n), drop(7n, 2n, 3, 0x20n), call(8n, 3n), end(7n), end(8n)];
    const [event, last, ...others] = put(output, events).split('\n');
    expect(others).toEqual(['']);
    expect(JSON.parse(event ?? '')).toMatchObject({ packet: 7, function: 'ip_output', timestamp: 1 });
    expect(JSON.parse(last ?? '')).toEqual({
      drop: {
        packet: 7,
        packet_id: '0xffff888003211000',
        timestamp: 2,
        location: 'nft_do_chain.isra.0+0x47f [nf_tables]',
        function: 'nft_do_chain',
        reason: 'NO_SOCKET',
        cause: 'NO_SOCKET',
      },
    });
  });

  it('shows the time of calls and drops in the format of --time', () => {
    const time = {
      format: 'real',
      clock: { realOffsetNs: 1_699_999_990_000_000_000n, firstNs: 1n },
    } as const;
    const at = (ns: number): string => `2023-11-14T22:13:10.00000000${ns}Z`;
    const events = [call(7n, 1n), drop(7n, 2n), end(7n)];
    const [event, last] = put(open('json', KERNEL, { time }).output, events)
      .trimEnd()
      .split('\n');
    expect(JSON.parse(event ?? '')).toMatchObject({ timestamp: 1, time: at(1) });
    expect(JSON.parse(last ?? '')).toMatchObject({ drop: { timestamp: 2, time: at(2) } });
    expect(put(open('aggregate', KERNEL, { time }).output, events)).toBe(
      `===\n${line(1).replace('1', at(1))}dropped by tcp_v4_rcv+0x1c5: NO_SOCKET\n`,
    );
  });

  it('omits drop objects with --events-only, but not the events', () => {
    const { output, packets } = open('json', KERNEL, { eventsOnly: true });
    const [event, ...others] = put(output, [call(7n, 1n), drop(7n, 2n), call(8n, 3n), end(7n)]).split('\n');
    expect(JSON.parse(event ?? '')).toMatchObject({ packet: 7, function: 'ip_output' });
    expect(others).toEqual(['']);
    expect(textOf(output.results({ matched: 4 } as never))).toBe('');
    expect(packets.counts()).toEqual({ packets: 1, omitted: 1 });
  });

  it.each([
    [4, told(1n, 196616), 'NOT_SPECIFIED (QDISC_DROP_FLOW_LIMIT)', 'QDISC_DROP_FLOW_LIMIT'],
    [5, told(1n, 196616), 'QDISC_DROP (QDISC_DROP_FLOW_LIMIT)', 'QDISC_DROP_FLOW_LIMIT'],
    [5, told(1n, 196609), 'QDISC_DROP', null],
    [5, told(2n, -12), 'QDISC_DROP (udp_fail_queue_rcv_skb ENOMEM)', 'udp_fail_queue_rcv_skb ENOMEM'],
    [5, told(7n, 0), 'QDISC_DROP', null],
    [4, 0n, 'NOT_SPECIFIED', null],
    [3, told(1n, 196616), 'NO_SOCKET', 'NO_SOCKET'],
  ])('shows reason %i, with cause %i reported before, as %s', (reason, before, text, cause) => {
    const events = [drop(1n, 1n, reason, 0x10n, before), end(1n)];
    expect(put(open('aggregate').output, events)).toBe(`===\ndropped by tcp_v4_rcv+0x1c5: ${text}\n`);
    const [line = ''] = put(open('json').output, events).split('\n');
    expect((JSON.parse(line) as { drop: object }).drop).toMatchObject({ cause });
  });

  it.each(['stream', 'csv'])('is refused with -o %s, which does not show whole packets', (id) => {
    expect(() => parseCommandLine(['-m', '1', '--drops', '-o', id], '')).toThrow(
      expect.objectContaining({ exitCode: 2, remedy: '-o aggregate or -o json' }),
    );
  });
});
