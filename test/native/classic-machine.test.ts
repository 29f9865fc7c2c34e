// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readClassic } from '../../src/codegen/classic-code.js';
import { R0 } from '../../src/codegen/emitter.js';
import { decodeClassic, LINK_TYPES } from '../../src/core/classic-bpf.js';
import { ClassicMachine, type Load } from '../../src/filters/classic-machine.js';
import { addon } from '../support/addon/addon.js';
import { FilterRunner, type PacketCase } from '../support/pcap/cases.js';
import { programOf } from '../support/pcap/differential.js';
import { makeExpressions } from '../support/pcap/expressions.js';
import { makePackets } from '../support/pcap/packets.js';
import { Random } from '../support/pcap/random.js';

let runner: FilterRunner;
beforeAll(() => void (runner = new FilterRunner()));
afterAll(() => runner.remove());

/** Nothing for the kernel to do: libpcap's result is what counts. */
const IDLE = programOf((emitter) => {
  emitter.mov(R0, 0);
  emitter.exit();
});

/** Some of the packets are cut, as a capture with a snap length is. */
function cutPackets(): PacketCase[] {
  const random = new Random(5);
  return makePackets(300).map((frame) => {
    const captured = random.once(3) ? frame.subarray(0, random.below(frame.length)) : frame;
    return { given: frame, mark: 0, captured, length: frame.length };
  });
}

const loadFrom =
  (bytes: Buffer): Load =>
  (offset, size) =>
    offset + size > bytes.length ? -1 : bytes.readUIntBE(offset, size);

it('classic BPF on the bytes of a file gives what pcap_offline_filter gives', () => {
  const packets = cutPackets();
  const compiled = makeExpressions(120).flatMap((text) => {
    const result = addon.compileFilter(text, LINK_TYPES.ethernet);
    if ('error' in result) return [];
    const program = decodeClassic(result.code);
    const asksLength = program.map(readClassic).some((each) => each.does === 'load' && each.mode === 'len');
    return asksLength ? [] : [{ text, program, classic: result.code }];
  });
  const programs = compiled.map(({ classic }) => ({ kernel: IDLE, classic }));
  const results = runner.run(packets, programs);
  let matched = 0;
  const mismatches = compiled.flatMap(({ text, program }, i) => {
    const machine = new ClassicMachine(program);
    return packets.flatMap(({ captured }, j) => {
      const expected = (results[(i * packets.length + j) * 2 + 1] ?? 0) > 0;
      if (expected) matched++;
      return machine.run(loadFrom(captured)) === expected ? [] : [`${text}: ${captured.toString('hex')}`];
    });
  });
  console.log(`${compiled.length} expressions, ${packets.length} packets, ${matched} matches`);
  expect(mismatches.slice(0, 10)).toEqual([]);
  expect(compiled.length).toBeGreaterThan(150);
  expect(matched).toBeGreaterThan(1000);
});
