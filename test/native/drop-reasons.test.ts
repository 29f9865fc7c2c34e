// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { FunctionColumns } from '../../src/core/function-table.js';
import { addon } from '../support/addon/addon.js';
import { dumpBtf } from '../support/addon/btf-witness.js';
import { tableRows } from '../support/addon/table-rows.js';

const dump = dumpBtf();

/** name: register, of the rows that have one */
function reasonArguments(columns: FunctionColumns): Map<string, number> {
  const rows = tableRows(columns).filter(({ reasonArgument }) => reasonArgument !== 255);
  return new Map(rows.map(({ name, reasonArgument }) => [name, reasonArgument]));
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
    const left = tableRows(addon.readFunctions({ tracefs: null })).filter(
      ({ name, symbol, module, reasonArgument }) => {
        const isPlain = symbol === name && module === 'vmlinux';
        return isPlain && reasonArgument === 255 && dump.reasonParameters.has(name);
      },
    );
    expect(left.map(({ name }) => name)).toEqual([]);
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
