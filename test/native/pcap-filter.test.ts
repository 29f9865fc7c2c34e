// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execFileSync } from 'node:child_process';
import { Emitter } from '../../src/codegen/emitter.js';
import { emitPcapFilter, type PcapFilter } from '../../src/codegen/pcap.js';
import type { SkbLayout } from '../../src/codegen/skb-layout.js';
import type { ClassicInstruction } from '../../src/core/classic-bpf.js';
import { UsageError } from '../../src/core/errors.js';
import { compilePcapFilter } from '../../src/filters/pcap.js';
import { addon } from '../support/addon/addon.js';
import { FilterRunner } from '../support/pcap/cases.js';
import { compare, programOf, readHeadroom, WAYS } from '../support/pcap/differential.js';
import { makeExpressions } from '../support/pcap/expressions.js';
import { makePackets } from '../support/pcap/packets.js';

const EXPRESSIONS = makeExpressions(120);
const PACKETS = makePackets(500);

let runner: FilterRunner;
beforeAll(() => void (runner = new FilterRunner()));
afterAll(() => runner.remove());

describe('a pcap filter in the kernel agrees with pcap_offline_filter', () => {
  it.each(Object.entries(WAYS))('%s', (name, way) => {
    const { expressions, compared, matched, telling, mismatches } = compare(
      runner,
      way,
      EXPRESSIONS,
      PACKETS,
    );
    console.log(`${name}: ${expressions} expressions, ${compared} comparisons, ${matched} of them matches`);
    expect(mismatches).toEqual([]);
    expect(expressions).toBeGreaterThanOrEqual(200);
    expect(compared).toBe(expressions * PACKETS.length);
    expect(telling).toBeGreaterThan(expressions / 2);
  });
});

/** A classic program that returns `k`. */
const returning = (k: number): ClassicInstruction[] => [{ code: 6, jt: 0, jf: 0, k }];
const [ETHERNET, RAW, NONE] = [1, 2, 0];
const BOTH: PcapFilter = { ethernet: returning(ETHERNET), raw: returning(RAW), vlan: false };

describe.each(['in the skb', 'in a copy of the skb'])('where a packet begins, %s', (where) => {
  let kernel: ReturnType<FilterRunner['layout']>;
  let headroom: number;
  beforeAll(() => {
    kernel = runner.layout();
    if (where !== 'in the skb') kernel = { ...kernel, cast: null };
    headroom = readHeadroom(runner, kernel);
  });

  /** What the kernel returns for a packet with this mark. */
  function run(
    filter: PcapFilter,
    layout: SkbLayout,
    mark: number,
    inner = false,
    skb?: 0,
  ): number | undefined {
    const frame = Buffer.alloc(100);
    const program = programOf((emitter) => emitPcapFilter(emitter, filter, layout, inner), skb);
    const packet = { given: frame, captured: frame, length: frame.length, mark };
    return runner.run([packet], [{ kernel: program, classic: new Uint8Array() }])[0];
  }

  /** Two offsets from skb->head, of 16 bits, in the mark. */
  const offsets = (low: number | null, high: number | null): number =>
    ((low === null ? 0xffff : headroom + low) | ((high === null ? 0 : headroom + high) << 16)) >>> 0;

  /** name, mac_header, network_header from the frame's start on, null = not set; what it begins with */
  it.each<[string, number | null, number | null, number]>([
    ['Ethernet', 0, 14, ETHERNET],
    ['Ethernet with a VLAN tag', 0, 18, ETHERNET],
    ['Ethernet with two VLAN tags', 0, 22, ETHERNET],
    ['Ethernet, just received', 0, null, ETHERNET],
    ['just sent', null, 14, RAW],
    ['a device without MAC headers', 14, 14, RAW],
    ['a header pushed over the MAC header', 14, 0, RAW],
    ['a link layer of 24 bytes', 0, 24, RAW],
    ['a link layer of 4 bytes', 0, 4, RAW],
    ['not begun', null, null, NONE],
  ])('%s', (_, mac, network, expected) => {
    const layout = { ...kernel, mac_header: kernel.mark, network_header: kernel.mark + 2 };
    const mark = offsets(mac, network);
    expect(run(BOTH, layout, mark)).toBe(expected);
    expect(run({ ...BOTH, ethernet: null }, layout, mark)).toBe(expected === ETHERNET ? NONE : expected);
    expect(run({ ...BOTH, raw: null }, layout, mark)).toBe(expected === RAW ? NONE : expected);
  });

  /** name, inner_network_header, network_header; what it begins with */
  it.each<[string, number | null, number | null, number]>([
    ["behind a tunnel's", 34, 14, RAW],
    ["still known when the tunnel's are gone", 34, 34, RAW],
    ['of a tunnel that is behind', 14, 34, NONE],
  ])('inner headers %s', (_, inner, network, expected) => {
    const layout = { ...kernel, inner_network_header: kernel.mark, network_header: kernel.mark + 2 };
    expect(run(BOTH, layout, offsets(inner, network), true)).toBe(expected);
  });

  it('inner headers: nowhere if they do not exist', () => {
    const layout = { ...kernel, inner_network_header: kernel.mark };
    expect(run(BOTH, layout, 0, true)).toBe(NONE);
  });

  it('nowhere if the skb cannot be read', () => {
    expect(run(BOTH, kernel, 0, false, 0)).toBe(NONE);
  });

  it('works if the members of the skb are far apart', () => {
    const far = { ...kernel, cast: null, len: kernel.data - 136 };
    const filter = compilePcapFilter('len >= 0x10000000 or len < 0x10000000', addon.compileFilter);
    expect(run(filter, far, 0)).toBeGreaterThan(0);
  });
});

describe('expressions that are refused', () => {
  it.each([
    ['tcp prt 80', /--filter 'tcp prt 80': can't parse filter expression: syntax error/],
    ['host 10.0.0.999', /invalid IPv4 address '10.0.0.999'/],
    ['ip broadcast', /netmask not known/],
    ['inbound', /it asks for what is not in the bytes of a packet/],
    ['ifindex 3 and tcp', /it asks for what is not in the bytes of a packet/],
  ])('%s', (expression, message) => {
    const compile = (): unknown => compilePcapFilter(expression, addon.compileFilter);
    expect(compile).toThrow(UsageError);
    expect(compile).toThrow(message);
  });

  it('too long', () => {
    // `ldb [x + 0]`, thousands of times: libpcap takes minutes for an expression of that size.
    const loads = Array.from({ length: 3000 }, () => ({ code: 0x50, jt: 0, jf: 0, k: 0 }));
    const filter = { ...BOTH, ethernet: [...loads, ...returning(ETHERNET)] };
    const emit = (): void => emitPcapFilter(new Emitter(), filter, runner.layout());
    expect(emit).toThrow(UsageError);
    expect(emit).toThrow(/the expression takes \d{5} instructions/);
  });

  it('Ethernet inside a tunnel', () => {
    const compile = (): unknown =>
      compilePcapFilter('ether host 02:00:00:00:00:01', addon.compileFilter, true);
    expect(compile).toThrow(/ethernet addresses supported only on ethernet/);
  });
});

describe('without libpcap', () => {
  it('the addon reports that', () => {
    const script = `try { require('./build/Release/ipft.node').compileFilter('ip', 1) } catch (e) { console.log(e.phase, e.code) }`;
    const hide = 'for f in /usr/lib/*/libpcap.so*; do mount --bind /dev/null "$f"; done; exec "$@"';
    const args = ['-m', 'bash', '-ec', hide, 'bash', process.execPath, '-e', script];
    expect(execFileSync('unshare', args, { encoding: 'utf8' })).toBe('libpcap ENOENT\n');
  });
});
