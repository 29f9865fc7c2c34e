// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { LINK_TYPES, type CompileFilter } from '../../src/core/classic-bpf.js';
import { EnvironmentError, UsageError } from '../../src/core/errors.js';
import { compilePcapFilter } from '../../src/filters/pcap.js';

/** `ret #7` */
const CODE = Uint8Array.from([6, 0, 0, 0, 7, 0, 0, 0]);
const PROGRAM = [{ code: 6, jt: 0, jf: 0, k: 7 }];
const takes =
  (...linkTypes: number[]): CompileFilter =>
  (_, linkType) =>
    linkTypes.includes(linkType) ? { code: CODE } : { error: `none for ${linkType}` };
const { ethernet, raw } = LINK_TYPES;

describe('the programs of an expression', () => {
  it('exist for each link type for which libpcap accepts it', () => {
    const both = { ethernet: PROGRAM, raw: PROGRAM, vlan: false };
    expect(compilePcapFilter('x', takes(ethernet, raw))).toEqual(both);
    expect(compilePcapFilter('x', takes(ethernet))).toEqual({ ...both, raw: null });
    expect(compilePcapFilter('x', takes(raw))).toEqual({ ...both, ethernet: null });
    expect(compilePcapFilter('x', takes(ethernet, raw), true)).toEqual({ ...both, ethernet: null });
  });

  it("are refused with libpcap's message", () => {
    const refused = (inner: boolean) => () => compilePcapFilter('x', takes(...(inner ? [1] : [])), inner);
    expect(refused(false)).toThrow(UsageError);
    expect(refused(false)).toThrow(/^--filter 'x': none for 1$/);
    expect(refused(true)).toThrow(/^--filter 'x': none for 12$/);
  });

  it.each([
    ['vlan', true],
    ['vlan 5 and tcp', true],
    ['ip and(vlan)', true],
    ['host vlan-5.example', false],
    ['host my.vlan', false],
    ['tcp', false],
  ])('%s: with VLAN tags: %s', (expression, vlan) => {
    expect(compilePcapFilter(expression, takes(ethernet)).vlan).toBe(vlan);
  });
});

describe('without libpcap', () => {
  it('compiling a filter fails with the name of the package to install', () => {
    const missing = Object.assign(new Error('loading libpcap'), {
      code: 'ENOENT',
      errno: 2,
      phase: 'libpcap',
    });
    const compile = (): unknown =>
      compilePcapFilter('x', () => {
        throw missing;
      });
    expect(compile).toThrow(EnvironmentError);
    expect(compile).toThrow(expect.objectContaining({ remedy: 'apt install libpcap0.8' }) as Error);
  });
});
