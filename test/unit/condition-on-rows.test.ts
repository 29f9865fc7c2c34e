// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { parseCondition } from '../../src/core/condition.js';
import { conditionOnRows, readsOf, unrecordedPaths } from '../../src/core/condition-on-rows.js';
import { UnsupportedError, UsageError } from '../../src/core/errors.js';
import type { FieldKind, ResolvedPath } from '../../src/core/field-path.js';
import { layOut, type Layout, type Read } from '../../src/core/reads.js';
import { ROW_SIZE } from '../../src/core/abi.js';
import { pack, type Event } from '../support/packets/rows.js';

interface Kind {
  readonly kind: FieldKind;
  readonly size: number;
  readonly steps?: readonly number[];
  readonly bits?: readonly [offset: number, size: number];
  readonly bigEndian?: boolean;
}

/** The paths that rows of these tests have. */
const PATHS: Readonly<Record<string, Kind>> = {
  'skb->hash': { kind: 'unsigned', size: 4 },
  'skb->protocol': { kind: 'unsigned', size: 2, bigEndian: true },
  'skb->pkt_type': { kind: 'unsigned', size: 1, bits: [1, 3] },
  'skb->csum': { kind: 'unsigned', size: 4 },
  'skb->dev->name': { kind: 'chars', size: 16, steps: [16, 0] },
  'skb->dev->ifindex': { kind: 'signed', size: 4, steps: [16, 200] },
  'skb->dev->features': { kind: 'unsigned', size: 8, steps: [16, 300] },
  'sk->sk_priority': { kind: 'signed', size: 8, steps: [24, 300] },
  'skb->cb': { kind: 'bytes', size: 48 },
  'skb->dev': { kind: 'pointer', size: 8 },
};

function resolved(path: string): ResolvedPath {
  const found = PATHS[path];
  if (found === undefined) throw new Error(`no path ${path}`);
  const { kind, size, steps = [0], bits = [0, 0], bigEndian = false } = found;
  const [bitOffset, bitSize] = bits;
  return {
    ...{ root: 'skb', path, steps, size, kind, bigEndian, bitOffset, bitSize },
    type: 'T',
    enumName: null,
  };
}

const read = (path: string): Read => ({ kind: 'path', paths: [path] });
const LAYOUT: Layout = layOut(Object.keys(PATHS).map(read), (wanted) =>
  resolved(wanted.kind === 'path' ? wanted.paths[0] : ''),
);

/** Values by their paths; `null` and `unknown`: there is none. */
type Data = Readonly<Record<string, bigint | string>>;

function write(row: DataView, data: Data): void {
  for (const { path, dataOffset, size, bit } of LAYOUT.reads) {
    const value = data[path?.path ?? ''];
    const at = ROW_SIZE + dataOffset;
    const setBit = (word: number): void => row.setUint32(word, row.getUint32(word, true) | (2 ** bit), true);
    if (value === 'null' || value === 'unknown') setBit(ROW_SIZE);
    if (value === 'unknown') setBit(ROW_SIZE + 4);
    if (typeof value === 'bigint')
      for (let i = 0; i < size; i++)
        row.setUint8(
          at + (path?.bigEndian === true ? size - 1 - i : i),
          Number((value >> BigInt(8 * i)) & 0xffn),
        );
    else if (value !== undefined) Buffer.from(value).forEach((byte, i) => row.setUint8(at + i, byte));
  }
}

/** Whether a condition holds for a row with these data. */
function holds(condition: string, data: Data = {}, event: Event = {}): boolean {
  const row = new DataView(new ArrayBuffer(LAYOUT.rowSize));
  new Uint8Array(row.buffer).set(new Uint8Array(pack([event]).buffer));
  write(row, data);
  const enumMembers = (name: string) =>
    name === 'TCP_LISTEN' ? { names: ['TCP_CLOSE', 'TCP_LISTEN'], values: [7, 10] } : null;
  return conditionOnRows(parseCondition(condition), LAYOUT, { enumMembers })(row, 0);
}

describe('a condition on rows', () => {
  it.each([
    ['skb->hash == 5', { 'skb->hash': 5n }],
    ['skb.hash == 0xffffffff', { 'skb->hash': 0xffff_ffffn }],
    ['skb->hash > 0xfffffffe', { 'skb->hash': 0xffff_ffffn }],
    ['skb->hash < 0x100000000', { 'skb->hash': 0xffff_ffffn }],
    ['skb->hash', { 'skb->hash': 1n }],
    ['!skb->hash', {}],
    ['skb->protocol == 0x0800', { 'skb->protocol': 0x800n }],
    ['skb->pkt_type == 5', { 'skb->pkt_type': 0b1011n }],
    ['skb->hash & 0xff == 1', { 'skb->hash': 0xab01n }],
    ['1 == skb->hash & 0xff && skb->hash >= 0x100', { 'skb->hash': 0xab01n }],
    ['skb->hash == TCP_LISTEN', { 'skb->hash': 10n }],
    ['skb->dev->ifindex < 0', { 'skb->dev->ifindex': 0xffff_ffffn }],
    ['skb->dev->ifindex > 0xffffffffffffff00', { 'skb->dev->ifindex': 0xffff_ffffn }],
    ['skb->dev->ifindex == 0xffffffffffffffff', { 'skb->dev->ifindex': 0xffff_ffffn }],
    ['skb->dev->ifindex & 0xffffffffffffffff > 5', { 'skb->dev->ifindex': 0xffff_ffffn }],
    ['skb->dev->ifindex & skb->dev->ifindex > 0xffffffff', { 'skb->dev->ifindex': 0xffff_ffffn }],
    ['skb->dev->ifindex & 0xf0 == 0xf0', { 'skb->dev->ifindex': 0xffff_ffffn }],
    ['skb->dev->features == 0xfffffffffffffffe', { 'skb->dev->features': 2n ** 64n - 2n }],
    ['skb->dev->features > 0x8000000000000000', { 'skb->dev->features': 2n ** 64n - 2n }],
    ['sk->sk_priority < 0', { 'sk->sk_priority': 2n ** 64n - 2n }],
    ['skb->dev->name == "eth0"', { 'skb->dev->name': 'eth0' }],
    ['"eth0" != skb->dev->name', { 'skb->dev->name': 'eth01' }],
    ['skb->dev->name == "123456789012345"', { 'skb->dev->name': '1234567890123456' }],
    ['skb->hash == 1 || skb->hash == 2 && skb->protocol == 0', { 'skb->hash': 1n, 'skb->protocol': 3n }],
    ['!(skb->hash == 1 && skb->protocol == 3)', { 'skb->hash': 1n, 'skb->protocol': 4n }],
    ['!(skb->hash == 1 || skb->protocol == 3)', { 'skb->hash': 2n, 'skb->protocol': 4n }],
  ] as const)('%s holds', (condition, data) => {
    expect(holds(condition, data)).toBe(true);
    expect(holds(`!(${condition})`, data)).toBe(false);
  });

  it('knows what each row has', () => {
    const event = { len: 84, mark: 0xdeadbeef, gsoSize: 1448, gsoSegs: 2, gsoType: 1, tid: 77 };
    const all =
      'skb->len == 84 && skb->mark == 0xdeadbeef && shinfo->gso_size == 1448 && shinfo->gso_segs == 2 && shinfo->gso_type & 1 && task->pid == 77';
    expect(holds(all, {}, event)).toBe(true);
    expect(readsOf(parseCondition(all))).toEqual([]);
  });

  it.each([
    'skb->dev->name == "eth0"',
    'skb->dev->name != "eth0"',
    'skb->dev->ifindex >= 0',
    'skb->dev->ifindex < 0',
    'skb->dev->features',
  ])('%s: behind a null pointer a comparison does not hold, its negation does', (condition) => {
    const data = {
      'skb->dev->name': 'null',
      'skb->dev->ifindex': 'null',
      'skb->dev->features': 'null',
    } as const;
    expect(holds(condition, data)).toBe(false);
    expect(holds(`!(${condition})`, data)).toBe(true);
  });

  it.each(['skb->csum == 0', 'skb->csum != 0', 'skb->dev->ifindex == 0', 'skb->dev->name != "lo"'])(
    '%s: neither holds where the kernel has something else',
    (condition) => {
      const data = {
        'skb->csum': 'unknown',
        'skb->dev->ifindex': 'unknown',
        'skb->dev->name': 'unknown',
      } as const;
      expect(holds(condition, data)).toBe(false);
      expect(holds(`!(${condition})`, data)).toBe(false);
      expect(holds(`!(${condition} || skb->hash == 1)`, data)).toBe(false);
      expect(holds(`!(${condition} && skb->hash == 1)`, data)).toBe(true);
    },
  );

  it('decides as BPF does what a null pointer and something unknown are together', () => {
    const [sum, socket] = [{ 'skb->csum': 'unknown' }, { 'sk->sk_priority': 'null' }] as const;
    const device = { 'skb->dev->ifindex': 'unknown' } as const;
    expect(holds('!(sk->sk_priority == skb->csum)', { ...sum, ...socket })).toBe(true);
    expect(holds('!(skb->csum == sk->sk_priority)', { ...sum, ...socket })).toBe(false);
    expect(holds('!(sk->sk_priority == skb->dev->ifindex)', { ...socket, ...device })).toBe(false);
  });

  it('needs the paths that rows do not have, each once', () => {
    const condition = parseCondition('skb->len > 5 && (skb->hash == 1 || !skb->mac_len || skb->hash == 2)');
    expect(readsOf(condition)).toEqual([read('skb->hash'), read('skb->mac_len')]);
    expect(unrecordedPaths(condition, LAYOUT)).toEqual(['skb->mac_len']);
  });

  it.each([
    ['skb->mac_len == 1', UnsupportedError, 'skb->mac_len was not recorded', "ipft record -f 'skb->mac_len'"],
    ['skb->hash == NOSUCH', UnsupportedError, "the kernel's constant NOSUCH", 'its number'],
    ['"lo"', UsageError, '"lo" is not a condition', 'compare it with =='],
    ['skb->hash == "lo"', UsageError, 'skb->hash is not text but T', 'compare it with a number'],
    ['skb->dev->name == 5', UsageError, 'skb->dev->name is not a number but T', 'compare text'],
    ['skb->cb == 5', UsageError, 'skb->cb is not a number but T', 'compare text'],
    ['skb->dev->name < "lo"', UsageError, 'text can be compared', 'skb->dev->name'],
    ['skb->dev->name == "1234567890123456"', UsageError, 'is longer than skb->dev->name', undefined],
    ['(skb->hash == 1) == 1', UsageError, 'must be numbers', 'such as'],
  ] as const)('%s is refused', (condition, error, message, remedy) => {
    const evaluate = (): boolean => holds(condition);
    expect(evaluate).toThrow(error);
    expect(evaluate).toThrow(message);
    try {
      evaluate();
    } catch (thrown) {
      if (remedy !== undefined) expect((thrown as UsageError).remedy).toContain(remedy);
    }
  });
});
