// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW_SIZE } from '../../../src/core/abi.js';
import type { Batch } from '../../../src/core/batch.js';
import type { ResolvedPath } from '../../../src/core/field-path.js';
import { layOut, type Layout, type Read } from '../../../src/core/reads.js';
import type { Traced } from '../../../src/core/traced.js';
import { CONTEXT, pack } from '../packets/rows.js';
import { NAMES, PLAIN, Traffic, type Names, type Placed } from './traffic.js';

const DEVICE: Read = { kind: 'path', paths: ['skb->dev->name'] };
const OF_DEVICE: Read = { kind: 'path', paths: ['skb->dev->nd_net.net->ns.inum'] };
const OF_SOCKET: Read = { kind: 'path', paths: ['skb->sk->__sk_common.skc_net.net->ns.inum'] };

const resolved = (kind: ResolvedPath['kind'], size: number): ResolvedPath => ({
  ...{ root: 'skb', path: '', steps: [0], size, bitOffset: 0, bitSize: 0, kind },
  ...{ bigEndian: false, type: kind === 'chars' ? 'char[16]' : 'unsigned int', enumName: null },
});

const LAYOUT: Layout = layOut([DEVICE, OF_DEVICE, OF_SOCKET], (read) =>
  read === DEVICE ? resolved('chars', 16) : resolved('unsigned', 4),
);

const NAMESPACES: Readonly<Record<number, string>> = { 4026531840: 'client', 4026532229: 'server' };

/** The rows of these events, with their data. */
function batchesOf(events: readonly Placed[]): Batch[] {
  const most = 4096;
  const encoder = new TextEncoder();
  return Array.from({ length: Math.ceil(events.length / most) }, (_, index) => {
    const own = events.slice(index * most, (index + 1) * most);
    const packed = new Uint8Array(pack(own).buffer);
    const bytes = new Uint8Array(own.length * LAYOUT.rowSize);
    const rows = new DataView(bytes.buffer);
    own.forEach(({ place }, row) => {
      const start = row * LAYOUT.rowSize;
      bytes.set(packed.subarray(row * ROW_SIZE, (row + 1) * ROW_SIZE), start);
      for (const { read, dataOffset, bit } of LAYOUT.reads) {
        const to = start + ROW_SIZE + dataOffset;
        const isAbsent = read.kind === 'path' && read.paths[0].includes('->dev->') && place.device === null;
        if (isAbsent) rows.setUint8(start + ROW_SIZE, rows.getUint8(start + ROW_SIZE) | (1 << bit));
        else if (bit === 0) bytes.set(encoder.encode(place.device ?? '').subarray(0, 16), to);
        else rows.setUint32(to, place.namespace, true);
      }
    });
    return { rows, count: own.length, rowSize: LAYOUT.rowSize };
  });
}

const REASONS: Readonly<Record<number, string>> = { 2: 'NOT_SPECIFIED', 3: 'NO_SOCKET', 5: 'TCP_CSUM' };

/** A trace of some `most` events. */
export function reportTrace(
  most: number,
  { names = PLAIN, returns = false }: { readonly names?: Names; readonly returns?: boolean } = {},
): { readonly traced: Traced; readonly batches: readonly Batch[] } {
  const traffic = new Traffic(most, names, returns);
  traffic.run();
  const functions = NAMES.map((name) => (name === 'ip_output' ? names.function : name));
  const traced: Traced = {
    ...{ kernel: '6.12.0-test', returns, follows: true, fields: null, further: [], layout: LAYOUT },
    functions: {
      names: functions,
      modules: functions.map((name) => (name === 'veth_xmit' ? 'veth' : 'vmlinux')),
      returnType: (index) => CONTEXT.returnType(index),
      address: (index) => BigInt(index),
    },
    clock: { realOffsetNs: 0n, firstNs: null },
    readClocks: null,
    names: {
      ...{ enumMembers: (name) => CONTEXT.enumMembers(name), enumByName: () => null },
      ...{ cause: () => null, nftStep: () => null, hasDropReasons: () => true },
      symbol: () => 'tcp_v4_rcv+0x1c5',
      dropReason: (reason) => REASONS[reason] ?? null,
      namespaceName: (inode) => (inode === 4026531840 ? names.namespace : (NAMESPACES[inode] ?? null)),
    },
    stack: () => [],
  };
  return { traced, batches: batchesOf(traffic.events) };
}
