// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// How fast events become text: synthetic rows through the outputs, to /dev/null. One process, no kernel.
import { closeSync, openSync, writeSync } from 'node:fs';
import { createOutput, LAST, outputs, RETURN, ROW, ROW_SIZE } from '../dist/index.js';
import { median, printTable } from './table.mjs';

const BATCH = 4096;
const BATCHES = 500;
const RUNS = 5;
const NAMES = Array.from({ length: 1500 }, (_, i) => `some_kernel_function_${i}`);
const context = {
  names: NAMES,
  modules: NAMES.map(() => 'vmlinux'),
  enumMembers: () => ({ names: ['SKB_GSO_TCPV4', 'SKB_GSO_DODGY'], values: [1, 2] }),
};

/**
 * A batch like those of a flood: a packet goes through 51 functions, every fourth packet is a GSO packet. `returns`: every second
 * event is the return of the one before, as function_graph has them.
 */
function syntheticBatch(returns) {
  const rows = new DataView(new ArrayBuffer(BATCH * ROW_SIZE));
  for (let i = 0; i < BATCH; i++) {
    const at = i * ROW_SIZE;
    const packet = Math.floor(i / 51);
    rows.setBigUint64(at + ROW.time_ns, 3_347_634_373_462n + BigInt(i * 731), true);
    rows.setBigUint64(at + ROW.skb, 0xffff888003200000n + BigInt(packet * 256), true);
    rows.setBigUint64(at + ROW.packet, BigInt(packet), true);
    const call = returns ? i - (i % 2) : i;
    rows.setUint32(at + ROW.flags, (i % 51 === 50 ? LAST : 0) | (i === call ? 0 : RETURN), true);
    if (i !== call) rows.setBigUint64(at + ROW.duration_ns, 731n, true);
    rows.setUint32(at + ROW.function, (call * 7) % NAMES.length, true);
    rows.setUint32(at + ROW.len, 60 + ((packet * 37) % 1400), true);
    rows.setUint32(at + ROW.mark, 0xdeadbeef, true);
    rows.setUint32(at + ROW.cpu, packet & 1, true);
    if (packet % 4 === 0) {
      rows.setUint16(at + ROW.gso_size, 1448, true);
      rows.setUint16(at + ROW.gso_segs, 4, true);
      rows.setUint32(at + ROW.gso_type, 1, true);
    }
  }
  return rows;
}

function eventsPerSecond(descriptor, returns, rows, fd) {
  const output = createOutput(descriptor, context, { returns });
  const start = performance.now();
  for (let i = 0; i < BATCHES; i++) {
    const text = output.batch({ rows, count: BATCH, rowSize: ROW_SIZE });
    if (text.length > 0) writeSync(fd, text);
  }
  for (const piece of output.results()) writeSync(fd, piece);
  return (BATCH * BATCHES) / ((performance.now() - start) / 1000);
}

const fd = openSync('/dev/null', 'w');
const table = [false, true].flatMap((returns) => {
  const rows = syntheticBatch(returns);
  return [...outputs.values()].map((descriptor) => {
    const runs = Array.from({ length: RUNS }, () => eventsPerSecond(descriptor, returns, rows, fd));
    const name = returns ? `${descriptor.id}, function_graph` : descriptor.id;
    return [name, (median(runs) / 1e6).toFixed(2), (Math.max(...runs) / 1e6).toFixed(2)];
  });
});
closeSync(fd);
printTable(`format: ${BATCH * BATCHES} events to /dev/null, ${RUNS} runs each`, [
  ['output', 'median M events/s', 'best'],
  ...table,
]);
