// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { readlinkSync } from 'node:fs';
import { UsageError } from '../../src/core/errors.js';
import { netns } from '../../src/filters/netns.js';

const condition = (value: string): string =>
  netns.condition(value, { has: () => true, pidNamespace: () => null });
const inode = (number: number): string =>
  `skb->dev->nd_net.net->ns.inum == ${number} || skb->sk->__sk_common.skc_net.net->ns.inum == ${number}`;
const OWN = Number(/\d+/.exec(readlinkSync('/proc/self/ns/net'))?.[0]);

it.each([
  ['/proc/self/ns/net', inode(OWN)],
  ['12345', inode(12345)],
  ['7', inode(7)],
  ['inode:12345', inode(12345)],
])('--netns %s is taken as an inode', (value, expected) => expect(condition(value)).toBe(expected));

it.each([
  ['no-such-name', '/run/netns/no-such-name'],
  ['name:12345', '/run/netns/12345'],
])('--netns %s is taken as a name, which does not exist', (value, path) => {
  expect(() => condition(value)).toThrow(UsageError);
  expect(() => condition(value)).toThrow(`there is no ${path}`);
});

it('--netns inode:NAME is refused', () => expect(() => condition('inode:a')).toThrow(/expected a number/));
