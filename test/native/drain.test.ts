// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectPass, Fixtures } from '../support/addon/cxx-fixtures.js';

const fixtures = new Fixtures();
afterAll(() => fixtures.remove());

describe('merging the rings', () => {
  let program: string;
  beforeAll(
    () =>
      void (program = fixtures.compile('ring_merge', [
        'native/drain/ring_merge.cc',
        'native/drain/bpf_ring.cc',
      ])),
    300_000,
  );

  it.each([
    ['order', 'hands over in order of time, stably, on 1 to 256 CPUs, records written out of order'],
    ['bytes', 'hands over packets’ bytes with their events, whatever memory there is for them'],
    ['unfinished', 'waits for records that are still being written'],
    ['overflow', 'hands over what rings that overflow did not lose'],
    ['late', 'counts what comes later than the horizon'],
    ['late_at_once', 'hands late events over at once'],
    ['waits_for_the_horizon', 'keeps young events back, but not in the ring'],
    ['full', 'keeps the order when its memory is used up'],
    ['full_by_one', 'keeps the order when one CPU has used its memory up'],
    ['full_of_young_ones', 'does not wait for the horizon when its memory is used up'],
    ['late_cause', 'adds a cause that is reported after the drop to the drop'],
  ])('%s: %s', (name) => expectPass(program, name));
});

describe('finding functions', () => {
  let program: string;
  beforeAll(() => void (program = fixtures.compile('function_index')), 300_000);

  it.each([
    ['by_address', 'by their entry addresses'],
    [
      'by_lower_half',
      'by the lower halves of these, also where modules have another upper half than the kernel',
    ],
  ])('%s: %s', (name) => expectPass(program, name));
});

describe('numbering packets', () => {
  let program: string;
  beforeAll(() => void (program = fixtures.compile('packet_numbers')), 300_000);

  it.each([
    ['lives', 'tell lives apart, and forget those that end'],
    ['churn', 'are right whatever comes and goes'],
    ['growth', 'are right in a table that grows'],
    ['without_ends', 'need bounded memory'],
    ['calls', "end with function_graph's outermost return"],
    ['returns_behind_the_end', 'stay while calls return, though the table is tidied'],
    ['families', "give a child its parent's family"],
    ['unknown_parent', 'give a parent that is not known a number before its child'],
    ['parts', 'count segments and fragments, and nothing else'],
    ['merges', 'leave a packet that takes the data of another one what it is'],
    ['first_events', "mark a packet's first event, once, though a relation came before"],
    ['moves', 'tell of a move at the next call'],
    ['frames', 'keep a packet that was rebuilt for XDP beyond its end, since its head may go on'],
    ['relations_in_growth', 'keep parents, families and parts in a table that grows'],
  ])('%s: %s', (name) => expectPass(program, name));
});
