// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, expectTypeOf, it } from 'vitest';
import { columns } from '../../src/columns/index.js';
import { sets } from '../../src/columns/sets.js';
import type { trace, TraceOptions } from '../../src/index.js';
import type {
  AnyEvent,
  BuiltInFields,
  EventLead,
  EventWith,
  FieldSets,
  PathValue,
  TraceEvent,
  Tuple,
} from '../../src/columns/event-types.js';
import { parseFields } from '../../src/plan/parse-fields.js';
import { JSON_TYPES } from '../support/addon/json-types.js';

type Asked<Event> = Omit<Event, keyof EventLead>;

// What expectTypeOf says, tsc checks: make lint.
describe('the types of events', () => {
  it('depend on the fields that are asked for', () => {
    expectTypeOf<EventWith<undefined>>().toEqualTypeOf<TraceEvent>();
    expectTypeOf<EventWith<readonly ['len', 'ifname']>>().toExtend<EventLead>();
    expectTypeOf<Asked<EventWith<readonly ['len', 'ifname']>>>().toEqualTypeOf<{
      readonly len: number | null;
      readonly ifname: string | null;
    }>();
    expectTypeOf<Asked<EventWith<'len, tuple,skb->dev->mtu'>>>().toEqualTypeOf<{
      readonly len: number | null;
      readonly tuple: Tuple | null;
      readonly 'skb->dev->mtu': PathValue;
    }>();
    expectTypeOf<Asked<EventWith<readonly ['@time', 'gso-size', 'stack']>>>().toEqualTypeOf<{
      readonly delta: number;
      readonly age: number;
      readonly gso_size: number | null;
      readonly stack: readonly string[] | null;
    }>();
    expectTypeOf<keyof Asked<EventWith<'@gso'>>>().toEqualTypeOf<FieldSets['gso']>();
    expectTypeOf<EventWith<string>>().toEqualTypeOf<AnyEvent>();
    expectTypeOf<EventWith<'len' | undefined>>().toEqualTypeOf<EventWith<'len'> | TraceEvent>();
  });

  it('depend on the options of trace()', () => {
    // Not called: it is for its types.
    const types = (start: typeof trace) => {
      const loose = ['len'].join();
      const options: TraceOptions = { mark: 1 };
      return {
        none: start({ mark: 1 }),
        built: start(options),
        array: start({ mark: 1, fields: ['ifname', 'skb->len'] }),
        text: start({ mark: 1, fields: 'ifname' }),
        loose: start({ mark: 1, fields: loose }),
      };
    };
    type Traces = ReturnType<typeof types>;
    type EventOf<Key extends keyof Traces> = Traces[Key] extends AsyncIterable<infer Event> ? Event : never;
    expectTypeOf<EventOf<'none'>>().toEqualTypeOf<TraceEvent>();
    expectTypeOf<EventOf<'built'>>().toEqualTypeOf<TraceEvent>();
    expectTypeOf<EventOf<'array'>['ifname']>().toEqualTypeOf<string | null>();
    expectTypeOf<EventOf<'array'>['skb->len']>().toEqualTypeOf<PathValue>();
    expectTypeOf<EventOf<'array'>>().not.toHaveProperty('len');
    expectTypeOf<EventOf<'text'>['ifname']>().toEqualTypeOf<string | null>();
    expectTypeOf<EventOf<'loose'>>().toEqualTypeOf<AnyEvent>();
    expectTypeOf<ReturnType<Traces['text']['packets']>>().toEqualTypeOf<
      AsyncGenerator<import('../../src/index.js').TracePacket<EventWith<'ifname'>>, void, undefined>
    >();
    expect(types).toBeTypeOf('function');
  });

  it('contain every built-in field, by each of its names, and no other', () => {
    expect([...columns.values()].map(({ key }) => key).toSorted()).toEqual(
      Object.keys(JSON_TYPES).toSorted(),
    );
    expectTypeOf<keyof typeof JSON_TYPES>().toEqualTypeOf<keyof BuiltInFields>();
    const otherIds = [...columns.values()].filter(({ id, key }) => id.replaceAll('-', '_') !== key);
    expect(otherIds.map(({ id, key }) => [id, key])).toEqual([
      ['packet-number', 'packet'],
      ['duration', 'duration_ns'],
    ]);
    expectTypeOf<EventWith<'duration'>['duration_ns']>().toEqualTypeOf<bigint | null>();
  });

  it('contain the sets', () => {
    const known: { readonly [Set in keyof FieldSets]: readonly FieldSets[Set][] } = {
      gso: ['len', 'data_len', 'nr_frags', 'gso_size', 'gso_segs', 'gso_type'],
      net: ['netns', 'ifname', 'ifindex', 'queue', 'protocol', 'vlan'],
      tuple: ['tuple', 'inner_tuple'],
      meta: ['mark', 'hash', 'priority', 'pid', 'comm', 'cgroup'],
      time: ['delta', 'age'],
    };
    expect([...sets.keys()]).toEqual(Object.keys(known));
    for (const [set, keys] of Object.entries(known))
      expect(parseFields(`@${set}`).map(({ key }) => key)).toEqual(keys);
  });
});
