import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FilterRunner } from './pcap/cases.js';
import { compare, WAYS } from './pcap/differential.js';
import { makeExpressions } from './pcap/expressions.js';
import { makePackets } from './pcap/packets.js';

const EXPRESSIONS = makeExpressions(120);
const PACKETS = makePackets(600);

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
