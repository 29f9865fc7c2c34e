// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { UnsupportedError, UsageError } from '../../src/core/errors.js';
import type { ListedField } from '../../src/native/types.js';
import { resolvePath } from '../../src/plan/resolve-path.js';
import { addon } from '../support/addon/addon.js';
import { expected, isResolved, PATHS, witnessed } from '../support/addon/field-witness.js';

function resolved(path: string) {
  const value = addon.resolvePath(path);
  return isResolved(value) ? value : null;
}

function list(path: string | null): readonly ListedField[] {
  const listed = addon.listFields(path);
  if ('error' in listed) throw new Error(listed.error);
  return listed;
}

const problem = (path: string) => {
  const value = addon.resolvePath(path);
  return isResolved(value) ? null : value;
};

describe('paths of the kernel’s types', () => {
  it('have the offsets that a C compiler uses', () => {
    const values = PATHS.map(resolved).filter((value) => value !== null);
    const missing = PATHS.filter((path) => resolved(path) === null);
    expect(missing.length).toBeLessThan(PATHS.length / 5);
    const rows = (results: string[]) => values.map(({ path }, i) => `${path} ${results[i] ?? '?'}`);
    expect(rows(values.map(expected))).toEqual(rows(witnessed(values)));
    console.log(`${values.length} paths compared; this kernel lacks ${missing.join(' ')}`);
  });

  it('reach every member of the structs at their roots', () => {
    const roots = ['skb', 'shinfo', 'task', 'sk', 'dev', 'sk.sk_lock', 'dev.nd_net->net.ipv4', 'skb.headers'];
    const listed = roots.flatMap((root) => list(root).filter(({ continuation }) => continuation === ''));
    const values = listed.map(({ path }) => resolved(path)).filter((value) => value !== null);
    expect(values.length).toBeGreaterThan(500);
    expect(values.length).toBeGreaterThan(listed.length * 0.95);
    const rows = (results: string[]) => values.map(({ path }, i) => `${path} ${results[i] ?? '?'}`);
    expect(rows(values.map(expected))).toEqual(rows(witnessed(values)));
    console.log(`${values.length} of ${listed.length} members compared`);
  });

  it('have the types for printing', () => {
    const kinds = (path: string) => {
      const { kind, type, size, bigEndian, enumName } = resolved(path) ?? {};
      return [kind, type, size, bigEndian, enumName];
    };
    expect(kinds('skb->len')).toEqual(['unsigned', 'unsigned int', 4, false, null]);
    expect(kinds('skb->protocol')).toEqual(['unsigned', '__be16', 2, true, null]);
    expect(kinds('skb->dev')).toEqual(['pointer', 'struct net_device *', 8, false, null]);
    expect(kinds('skb->destructor')).toEqual(['pointer', 'void (*)(struct sk_buff *)', 8, false, null]);
    expect(kinds('skb->dev->name')).toEqual(['chars', 'char[16]', 16, false, null]);
    expect(kinds('skb->cb')).toEqual(['chars', 'char[48]', 48, false, null]);
    expect(kinds('sk->sk_v6_daddr.in6_u.u6_addr8')).toEqual(['bytes', '__u8[16]', 16, false, null]);
    expect(kinds('sk->sk_v6_daddr.in6_u.u6_addr32[1]')).toEqual(['unsigned', '__be32', 4, true, null]);
    expect(kinds('task->prio')).toEqual(['signed', 'int', 4, false, null]);
    expect(kinds('dev->dev.power.request')).toEqual(['enum', 'enum rpm_request', 4, false, 'rpm_request']);
  });

  it('may be written with -> or . at each step', () => {
    expect(resolved('skb.dev.nd_net->net.ifindex')).toEqual(resolved('skb->dev->nd_net.net->ifindex'));
    expect(resolved('dev->mtu')?.steps).toEqual(resolved('skb->dev->mtu')?.steps);
    expect(resolved('sk')?.steps).toEqual(resolved('skb->sk')?.steps);
    expect(resolved('skb.sk.sk_family')?.path).toBe('skb->sk->sk_family');
  });

  it('follow six pointers and not seven', () => {
    expect(resolved(`skb${'->next'.repeat(6)}->len`)?.steps).toHaveLength(7);
    expect(problem(`skb${'->next'.repeat(7)}->len`)).toMatchObject({ syntax: true });
  });
});

describe('the continuations of a path', () => {
  const shown = (path: string | null) =>
    Object.fromEntries(
      list(path).map(({ path: full, type, bitSize, continuation }) => [full, [type, bitSize, continuation]]),
    );

  it('begin with the roots', () => {
    expect(shown(null)).toEqual({
      skb: ['struct sk_buff *', 0, '->'],
      shinfo: ['struct skb_shared_info *', 0, '->'],
      task: ['struct task_struct *', 0, '->'],
      sk: ['struct sock *', 0, '->'],
      dev: ['struct net_device *', 0, '->'],
    });
  });

  it('are the members, by their full paths', () => {
    expect(shown('skb')).toMatchObject({
      'skb->len': ['unsigned int', 0, ''],
      'skb->dev': ['struct net_device *', 0, '->'],
      'skb->users': ['refcount_t', 0, '.'],
      'skb->ip_summed': ['__u8', 2, ''],
      'skb->cb': ['char[48]', 0, ''],
    });
    expect(shown('skb')).not.toHaveProperty(['skb->__pkt_type_offset']);
    expect(shown('skb.dev.nd_net')).toEqual({ 'skb->dev->nd_net.net': ['struct net *', 0, '->'] });
    expect(shown('net_device')).toMatchObject({ 'net_device->name': ['char[16]', 0, ''] });
    expect(shown('shinfo->frags')).toHaveProperty(['shinfo->frags[0].len']);
    expect(shown('shinfo')['shinfo->frags']).toEqual([expect.stringMatching(/^skb_frag_t\[\d+\]$/), 0, '.']);
    expect(shown('sk')).toHaveProperty(['sk->sk_family']);
  });

  it('are the field itself if it has no members', () => {
    expect(shown('skb->cb')).toEqual({ 'skb->cb': ['char[48]', 0, ''] });
    expect(shown('skb.ip_summed')).toEqual({ 'skb->ip_summed': ['__u8', 2, ''] });
  });

  it('suggest the most similar names of structs', () => {
    expect(addon.listFields('sk_buf')).toMatchObject({
      error: 'this kernel has no struct sk_buf',
      nearest: expect.arrayContaining(['sk_buff']) as unknown,
      syntax: false,
    });
  });
});

describe('paths that cannot be resolved', () => {
  it.each([
    ['', 'expected a name such as skb, not the end'],
    ['skb->', "expected a member's name after 'skb->', not the end"],
    ['skb->len]', "expected '->', '.' or '[' after 'skb->len', not ']'"],
    ['skb->cb[x]', "expected a decimal number that fits into 31 bits after 'skb->cb[', not 'x]'"],
    ['skb->cb[9999999999]', 'expected a decimal number that fits into 31 bits'],
    ['skb->cb[1', "expected ']' after 'skb->cb[1', not the end"],
    ['skb - >len', "expected '->', '.' or '[' after 'skb', not ' - >len'"],
    ['skbb->len', "a path begins with skb, shinfo, task, sk or dev, not with 'skbb'"],
    ['skb', 'skb is all of a struct sk_buff: name one of its members'],
    ['skb[1]', 'skb is not an array'],
    ['sk->sk_v6_daddr', 'sk->sk_v6_daddr is all of a struct in6_addr: name one of its members'],
    ['shinfo->frags', 'shinfo->frags is an array, skb_frag_t['],
  ])('%j is wrong on any kernel', (path, error) => {
    expect(problem(path)?.error).toContain(error);
    expect(problem(path)?.syntax).toBe(true);
    expect(() => resolvePath(addon, path)).toThrow(UsageError);
  });

  it.each([
    ['skb->gso_size', 'struct sk_buff has no member', ['shinfo->gso_size']],
    ['skb->gso_sized', 'struct sk_buff has no member', ['shinfo->gso_size']],
    ['dev->data_len', 'struct net_device has no member', ['skb->data_len']],
    ['skb->lenn', 'struct sk_buff has no member', ['skb->len']],
    ['sk->famly', 'struct sock has no member', ['sk->sk_family']],
    ['skb->dev->nmae', 'struct net_device has no member', ['skb->dev->name']],
    ['skb.dev.sk_family', 'struct net_device has no member', ['sk->sk_family']],
    ['skb->cb[48]', 'skb->cb has 48 elements, the last of them [47]', []],
    ['skb->len->x', "skb->len is of type 'unsigned int', which has no members here", []],
  ])('%s does not exist on this kernel', (path, error, nearest) => {
    expect(problem(path)?.error).toContain(error);
    expect(problem(path)?.syntax).toBe(false);
    expect(problem(path)?.nearest).toEqual(expect.arrayContaining(nearest));
    expect(() => resolvePath(addon, path)).toThrow(UnsupportedError);
  });

  it('suggest at most five others', () => {
    for (const path of ['skb->e', 'skb->name', 'dev->rx', 'task->id', 'shinfo->zzzzzzz']) {
      expect([path, problem(path)?.nearest.length]).not.toEqual([path, 0]);
      expect(problem(path)?.nearest.length).toBeLessThanOrEqual(5);
      for (const near of problem(path)?.nearest ?? [])
        expect(problem(near)?.error ?? '').not.toMatch(/has no member|expected/);
    }
  });
});
