// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FunctionColumns } from '../../../src/core/function-table.js';
import type { Addon } from '../../../src/native/types.js';
import { dumpBtf } from '../../support/addon/btf-witness.js';
import { tableRows } from '../../support/addon/table-rows.js';
import { run, textIfThere, TRACEFS } from '../../support/kernel/system.js';
import { loadAddon } from '../../support/home.js';

const addon = loadAddon() as Addon;
const dump = dumpBtf();
const HAS_REASONS = dump.enums.has('skb_drop_reason');

/** The names that the kernel prints for numbers: `{ 2, "NOT_SPECIFIED" }` in the format of its trace event. */
function namesOf(event: string): [string, string][] {
  const format = textIfThere(`${TRACEFS}/events/${event}/format`) ?? '';
  return [...format.matchAll(/\{ *(\d+), "(\w+)" *\}/g)]
    .map(([, number = '', name = '']): [string, string] => [number, name])
    .filter(([, name]) => name !== 'MAX');
}

/** name: register, of the functions that have a reason argument */
function reasonArguments(columns: FunctionColumns): Map<string, number> {
  const rows = tableRows(columns).filter(({ reasonArgument }) => reasonArgument !== 255);
  return new Map(rows.map(({ name, reasonArgument }) => [name, reasonArgument]));
}

describe.runIf(HAS_REASONS)('drop reasons (skipped on kernels without them)', () => {
  it('have the names that the kernel prints', () => {
    const reasons = addon.readDropReasons() ?? {};
    const core = namesOf('skb/kfree_skb');
    expect(core.length).toBeGreaterThan(50);
    for (const [number, name] of core)
      expect([number, reasons[Number(number)]]).toEqual([number, `SKB_DROP_REASON_${name}`]);
    for (const [number, name] of namesOf('qdisc/qdisc_drop').filter(([each]) => Number(each) >> 16 !== 0))
      expect([number, reasons[Number(number)]]).toEqual([number, `QDISC_DROP_${name}`]);
  });

  it('include those of loaded modules', () => {
    const ENUMS = { openvswitch: 'ovs_drop_reason', mac80211: 'mac80211_drop_reason' };
    for (const [module, name] of Object.entries(ENUMS)) {
      run('modprobe', module);
      if (!existsSync(`/sys/kernel/btf/${module}`)) throw new Error(`${module} has no BTF`);
      const reasons = addon.readDropReasons() ?? {};
      const members = [...(dumpBtf(module).enums.get(name) ?? [])].filter(([member, value]) => {
        return value >> 16 !== 0 && !/^__|_MAX$/.test(member);
      });
      console.log(`${module}: ${members.length} reasons of its own`);
      for (const [member, value] of members) expect([value, reasons[value]]).toEqual([value, member]);
    }
  });

  it('are in the arguments that bpftool shows', () => {
    const tracefs = existsSync(TRACEFS) ? TRACEFS : null;
    const functions = reasonArguments(addon.readFunctions({ tracefs }));
    expect(functions.size).toBeGreaterThan(3);
    for (const [name, register] of functions)
      expect([name, [...(dump.reasonParameters.get(name) ?? [])][0]]).toEqual([name, register]);
    const tracepoints = reasonArguments(addon.readTracepoints());
    expect(tracepoints.get('tp:kfree_skb')).toBe(2);
    for (const [name, register] of tracepoints)
      expect(dump.reasonParameters.get(name.replace('tp:', 'btf_trace_'))).toContain(register + 1);
    console.log([...functions, ...tracepoints].map(([name, register]) => `${name}:${register}`).join(' '));
  });

  it('can be read (prints how long it takes)', () => {
    const before = performance.now();
    addon.readDropReasons();
    console.log(
      `${(performance.now() - before).toFixed(1)} ms with ${run('lsmod').split('\n').length} modules`,
    );
  });
});

describe.runIf(!HAS_REASONS)('a kernel without drop reasons (skipped on others)', () => {
  it('reports none, and no argument with one', () => {
    expect(addon.readDropReasons()).toBeNull();
    expect(reasonArguments(addon.readTracepoints()).size).toBe(0);
  });
});
