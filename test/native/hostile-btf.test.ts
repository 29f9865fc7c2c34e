// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { beforeAll, describe, expect, it } from 'vitest';
import { addon } from '../support/addon/addon.js';
import { compiledExtension, typesIn, type BtfType } from '../support/addon/btf-patch.js';

const SOURCE = `
#include "ipft_extension.h"
typedef unsigned int number;
typedef int (*call)(int);
struct event {
  number first;
  __u32 bits : 3;
  char text[4];
} __ipft_event_struct;
call calls[2] IPFT_TYPE_ONLY;
struct sk_buff { unsigned int len; };
__hidden int module(void *ctx, struct sk_buff *skb, __u8 data[64]) { return skb->len; }
`;

const STRUCT = 4;
const [POINTER, ARRAY, TYPEDEF, FUNCTION, INTEGER] = [2, 3, 8, 12, 1];
/** Of a type: where it has its name, its size or the type that it refers to, and its first member. */
const [NAME, SIZE, REFERS, MEMBERS] = [0, 8, 8, 12];
/** Of a member: its name, type and offset, 12 bytes for each. */
const member = (index: number) => {
  const at = MEMBERS + 12 * index;
  return { name: at, type: at + 4, offset: at + 8 };
};

let object: Buffer;
let types: readonly BtfType[];

beforeAll(() => {
  object = compiledExtension(SOURCE);
  types = typesIn(object);
});

function idOf(kind: number, name: string): number {
  const id = types.findIndex((type) => type.kind === kind && type.name === name);
  if (id < 0) throw new Error(`no type ${kind} '${name}'`);
  return id;
}

type Patch = readonly [kind: number, name: string, at: number, value: number | (() => number)];

/** What is said of the object with other numbers in its BTF. */
function said(...patches: readonly Patch[]): unknown {
  const patched = Buffer.from(object);
  for (const [kind, name, at, value] of patches)
    patched.writeUInt32LE(
      typeof value === 'number' ? value : value(),
      (types[idOf(kind, name)]?.at ?? 0) + at,
    );
  return addon.readExtension(patched, false);
}

/** Bits of an event of 12 bytes. */
const [BEYOND, FAR] = [12 * 8, 0xfffff8];

describe('BTF that no compiler writes', () => {
  it('is read correctly if it is unchanged', () => {
    expect(said()).toMatchObject([
      { name: 'first', offset: 0, size: 4 },
      { name: 'bits', offset: 4, size: 4, bitSize: 3 },
      { name: 'text', kind: 'chars', size: 4 },
    ]);
  });

  it.each<[string, RegExp, ...Patch[]]>([
    ['a type without a name', /damaged/, [TYPEDEF, 'number', NAME, 0x7fffffff]],
    ['a member without a name', /damaged/, [STRUCT, 'event', member(0).name, 0x7fffffff]],
    ['a member of no type', /damaged/, [STRUCT, 'event', member(0).type, 0x7fffffff]],
    ['a typedef of no type', /damaged/, [TYPEDEF, 'number', REFERS, 0x7fffffff]],
    ['a typedef of itself', /damaged/, [TYPEDEF, 'number', REFERS, () => idOf(TYPEDEF, 'number')]],
    ['a function without a prototype', /damaged/, [FUNCTION, 'module', REFERS, 0x7fffffff]],
    ['a function that is a number', /damaged/, [FUNCTION, 'module', REFERS, () => idOf(INTEGER, 'int')]],
    ['an array of no type', /damaged/, [ARRAY, '', MEMBERS, 0x7fffffff]],
    ['a member behind the event', /first is not within/, [STRUCT, 'event', member(0).offset, BEYOND]],
    ['a member far behind the event', /text is not within/, [STRUCT, 'event', member(2).offset, FAR]],
    [
      'a bit-field over more bytes than it has',
      /bits is not within/,
      [STRUCT, 'event', member(1).offset, (3 << 24) | 62],
    ],
    ['numbers without a size', /first is not within/, [INTEGER, 'unsigned int', SIZE, 0]],
    [
      'an endless type',
      /cannot be shown/,
      [STRUCT, 'event', member(0).type, () => idOf(POINTER, '') + 0],
      [STRUCT, 'event', member(0).type, () => idOf(ARRAY, '')],
      [ARRAY, '', MEMBERS, () => idOf(POINTER, '')],
      [POINTER, '', REFERS, () => idOf(POINTER, '')],
    ],
  ])('is refused: %s', (_, message, ...patches) => {
    expect(said(...patches)).toEqual({ error: expect.stringMatching(message) as string });
  });
});
