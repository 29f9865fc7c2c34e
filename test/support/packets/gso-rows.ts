// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { GEOMETRY } from '../../../src/core/abi.js';
import { gso } from '../../../src/checks/gso.js';
import type { Violation } from '../../../src/core/violation.js';
import type { Batch } from '../../../src/core/batch.js';
import type { Traced } from '../../../src/core/traced.js';
import type { ColumnContext, EnumMembers } from '../../../src/core/column.js';
import { capturedIn, layOut } from '../../../src/core/reads.js';
import { CONTEXT, pack, type Event } from './rows.js';

/** Bits of gso_type as Linux 6.12 numbers them. */
export const GSO = {
  TCPV4: 1 << 0,
  DODGY: 1 << 1,
  TCPV6: 1 << 4,
  UDP_TUNNEL: 1 << 10,
  PARTIAL: 1 << 12,
  ESP: 1 << 15,
  UDP_L4: 1 << 17,
  FRAGLIST: 1 << 18,
} as const;
const FEATURE_SHIFT = 16;

const members = (entries: readonly (readonly [string, number])[]): EnumMembers => ({
  names: entries.map(([name]) => name),
  values: entries.map(([, value]) => value),
});
const TYPES = members(Object.entries(GSO).map(([name, bit]) => [`SKB_GSO_${name}`, bit]));
const FEATURES = members([['NETIF_F_GSO_SHIFT', FEATURE_SHIFT]]);
export const ALL_FEATURES = 0x7ffffn << BigInt(FEATURE_SHIFT);

const FUNCTIONS = [
  'ip_output',
  'validate_xmit_skb',
  'dev_hard_start_xmit',
  'tcp4_gro_receive',
  'udp4_lib_lookup_skb',
  'veth_xmit',
  'tp:net_dev_start_xmit',
] as const;
type FunctionName = (typeof FUNCTIONS)[number];

type NumberOf = Exclude<
  keyof typeof GEOMETRY,
  'features' | 'ifname' | `${string}network` | `${string}transport`
>;

/** What a row holds: struct ipft_geometry's members, and bytes of the headers. */
export interface GsoEvent extends Event {
  readonly at: FunctionName;
  readonly geometry?: Partial<Record<NumberOf, number>> & {
    readonly features?: bigint;
    readonly network?: readonly number[];
    readonly transport?: readonly number[];
    readonly inner_network?: readonly number[];
    readonly inner_transport?: readonly number[];
  };
}

const layout = layOut(gso.column.reads ?? [], () => {
  throw new Error('the check reads no path');
});

const CHECKED: ColumnContext = {
  ...CONTEXT,
  names: FUNCTIONS,
  captured: capturedIn(layout),
  enumMembers: (enumerator) =>
    enumerator === 'SKB_GSO_TCPV4' ? TYPES : enumerator === 'NETIF_F_GSO_SHIFT' ? FEATURES : null,
};

const HEADERS = ['network', 'transport', 'inner_network', 'inner_transport'] as const;
const NAME = Buffer.from('eth0');

function packGeometry(rows: DataView, from: number, { geometry = {} }: GsoEvent): void {
  const { features = ALL_FEATURES, ...rest } = geometry;
  rows.setBigUint64(from + GEOMETRY.features, features, true);
  NAME.forEach((letter, index) => rows.setUint8(from + GEOMETRY.ifname + index, letter));
  for (const [member, value] of Object.entries(rest) as [keyof typeof GEOMETRY, number | number[]][]) {
    const at = from + GEOMETRY[member];
    if (HEADERS.some((header) => header === member))
      (value as number[]).forEach((byte, index) => rows.setUint8(at + index, byte));
    else if (member === 'protocol') rows.setUint16(at, value as number, false);
    else if (/header$|^csum|^ip_summed$|^encapsulation$/.test(member))
      rows.setUint16(at, value as number, true);
    else rows.setUint32(at, value as number, true);
  }
}

/** What BPF and the addon make of these events, with `--check gso`. */
export function rowsOf(events: readonly GsoEvent[]): Batch {
  const { rowSize } = layout;
  const fixed = pack(events.map((event) => ({ ...event, function: FUNCTIONS.indexOf(event.at) })));
  const bytes = fixed.byteLength / events.length;
  const rows = new DataView(new ArrayBuffer(events.length * rowSize));
  const [geometry] = gso.column.reads ?? [];
  if (geometry === undefined) throw new Error('the check reads nothing');
  const offset = CHECKED.captured(geometry).at;
  events.forEach((event, index) => {
    new Uint8Array(rows.buffer).set(
      new Uint8Array(fixed.buffer).subarray(index * bytes, (index + 1) * bytes),
      index * rowSize,
    );
    packGeometry(rows, index * rowSize + offset, event);
  });
  return { rows, count: events.length, rowSize };
}

/** The trace that these rows are of. */
export const GSO_TRACED: Traced = {
  ...{ kernel: '6.12.0', returns: false, follows: false, fields: null, further: [], layout },
  functions: {
    names: FUNCTIONS,
    modules: FUNCTIONS.map(() => 'vmlinux'),
    returnType: (index) => CONTEXT.returnType(index),
    address: () => 0n,
  },
  clock: { realOffsetNs: 0n, firstNs: null },
  readClocks: null,
  names: { ...CHECKED, symbol: (address) => address.toString(16), namespaceName: () => null },
  stack: () => [],
};

/** What the check finds at each of the events, which come in one batch. */
export function violationsOf(...events: readonly GsoEvent[]): (readonly Violation[])[] {
  const batch = rowsOf(events);
  gso.open(CHECKED).take(batch);
  const { value } = gso.column.bind(CHECKED);
  return events.map((_, index) => value(batch.rows, index * batch.rowSize) as readonly Violation[]);
}
