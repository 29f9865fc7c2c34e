// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FilterRunner } from '../../support/pcap/cases.js';
import { compare, WAYS } from '../../support/pcap/differential.js';
import { makeExpressions } from '../../support/pcap/expressions.js';
import { makePackets } from '../../support/pcap/packets.js';
import { IS_WHOLE } from '../../support/whole.js';

/**
 * test/native/pcap-filter.test.ts compares far more expressions and all kinds of skbs; this one runs with the guest kernel's verifier
 * and struct sk_buff.
 */
const EXPRESSIONS = makeExpressions(0);
const PACKETS = makePackets(40);
const HERE = [
  'VLAN tag outside of the bytes, with a bit of its own, skb copied',
  'Ethernet header',
  'no MAC header, paged, skb copied',
] as const;

let runner: FilterRunner;
beforeAll(() => void (runner = new FilterRunner()));
afterAll(() => runner.remove());

describe('a pcap filter in this kernel agrees with pcap_offline_filter', () => {
  it.each(IS_WHOLE ? HERE : HERE.slice(0, 1))('%s', (name) => {
    const { expressions, compared, mismatches } = compare(runner, WAYS[name], EXPRESSIONS, PACKETS);
    console.log(`${name}: ${expressions} expressions, ${compared} comparisons`);
    expect(mismatches).toEqual([]);
    expect(compared).toBe(expressions * PACKETS.length);
  });
});
