// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** Sets of columns for --fields: ids of columns, by the name after `@`. */
export const sets: ReadonlyMap<string, readonly string[]> = new Map([
  ['gso', ['len', 'data-len', 'nr-frags', 'gso-size', 'gso-segs', 'gso-type']],
  ['net', ['netns', 'ifname', 'ifindex', 'queue', 'protocol', 'vlan']],
  ['tuple', ['tuple', 'inner-tuple']],
  ['meta', ['mark', 'hash', 'priority', 'pid', 'comm', 'cgroup']],
  ['time', ['delta', 'age']],
]);
