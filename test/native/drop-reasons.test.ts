// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { addon } from '../support/addon/addon.js';
import { dumpBtf } from '../support/addon/btf-witness.js';

const dump = dumpBtf();

/** name: register, of the rows that have one */
function reasonArguments({ names, reasonArguments: registers }: ReturnType<typeof addon.readTracepoints>) {
  const rows = names.split('\n').map((name, i) => [name, registers[i] ?? -1] as const);
  return new Map(rows.filter(([, register]) => register !== 255));
}

describe('the drop reason argument', () => {
  it('has the position that bpftool shows', () => {
    const found = reasonArguments(addon.readFunctions({ tracefs: null }));
    expect(found.size).toBeGreaterThan(3);
    expect(found.get('kfree_skb_list_reason')).toBe(1);
    for (const [name, register] of found)
      expect([name, [...(dump.reasonParameters.get(name) ?? [])][0]]).toEqual([name, register]);
  });

  it('is found in every function with a plain name that has one', () => {
    const { names, symbols, modules, reasonArguments: registers } = addon.readFunctions({ tracefs: null });
    const [byName, symbol, module] = [names.split('\n'), symbols.split('\n'), modules.split('\n')];
    const left = byName.filter((name, i) => {
      const isPlain = symbol[i] === '' && module[i] === 'vmlinux';
      return isPlain && registers[i] === 255 && dump.reasonParameters.has(name);
    });
    expect(left).toEqual([]);
  });

  it('is the third argument of the tracepoint kfree_skb, not counting __data', () => {
    const found = reasonArguments(addon.readTracepoints());
    expect(found.get('tp:kfree_skb')).toBe(2);
    for (const [name, register] of found) {
      const places = dump.reasonParameters.get(name.replace('tp:', 'btf_trace_'));
      expect([name, [...(places ?? [])][0]]).toEqual([name, register + 1]);
    }
  });
});

describe('drop reasons', () => {
  it('have the numbers and names of the enum', () => {
    const reasons = addon.readDropReasons();
    const core = dump.enums.get('skb_drop_reason') ?? new Map<string, number>();
    const expected = [...core]
      .filter(([name]) => !/_MAX$|SUBSYS_MASK$/.test(name))
      .map(([name, value]) => [value.toString(), name]);
    expect(expected.length).toBeGreaterThan(50);
    expect(Object.entries(reasons ?? {}).filter(([number]) => Number(number) < 1 << 16)).toEqual(expected);
    for (const number of Object.keys(reasons ?? {})) expect(Number(number) & 0xffff).not.toBe(0xffff);
  });
});

describe('enums by name', () => {
  it('have the members that bpftool shows', () => {
    const names = ['skb_drop_reason', 'tcp_ca_state', 'rpm_request', 'netdev_reg_state', 'hrtimer_restart'];
    const known = names.filter((name) => dump.enums.has(name));
    expect(known.length).toBeGreaterThan(1);
    for (const name of known) {
      const members = addon.readEnumByName(name);
      const pairs = members?.names.map((member, i) => [member, (members.values[i] ?? 0) >>> 0]);
      const expected = [...(dump.enums.get(name) ?? [])].map(([member, value]) => [member, value >>> 0]);
      expect([name, pairs]).toEqual([name, expected]);
    }
  });

  it('are reported as missing', () => {
    expect(addon.readEnumByName('no_such_enum')).toBeNull();
    expect(addon.readEnumByName('sk_buff')).toBeNull();
    expect(addon.readEnumByName('')).toBeNull();
  });
});
