// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { BuiltInFields } from '../../../src/index.js';

/** The name of a type, as typeof has it, `object` for more than one of them. */
type NameOf<T> = [T] extends [string]
  ? 'string'
  : [T] extends [number]
    ? 'number'
    : [T] extends [bigint]
      ? 'bigint'
      : [T] extends [boolean]
        ? 'boolean'
        : [T] extends [number | bigint]
          ? 'number or bigint'
          : 'object';

type JsonTypes = { readonly [Key in keyof BuiltInFields]: NameOf<NonNullable<BuiltInFields[Key]>> };

/** What fields are when they are not null: as the types say, or this does not compile. */
export const JSON_TYPES: JsonTypes = {
  packet_id: 'string',
  packet: 'number',
  timestamp: 'bigint',
  processor_id: 'number',
  module: 'string',
  function: 'string',
  is_return: 'boolean',
  duration_ns: 'bigint',
  tid: 'number',
  len: 'number',
  gso_type: 'string',
  gso_size: 'number',
  gso_segs: 'number',
  mark: 'number',
  protocol: 'number',
  netns: 'number',
  data_len: 'number',
  ifname: 'string',
  ifindex: 'number',
  iif: 'number',
  queue: 'number',
  hash: 'number',
  priority: 'number',
  csum: 'number',
  nr_frags: 'number',
  encapsulation: 'number',
  mac_header: 'number',
  network_header: 'number',
  transport_header: 'number',
  users: 'number',
  cloned: 'number',
  truesize: 'number',
  pid: 'number',
  comm: 'string',
  cgroup: 'number or bigint',
  pkt_type: 'string',
  ip_summed: 'string',
  vlan: 'number',
  tuple: 'object',
  inner_tuple: 'object',
  ttl: 'number',
  ip_id: 'number',
  seq: 'number',
  ack: 'number',
  headroom: 'number',
  mac_offset: 'number',
  network_offset: 'number',
  transport_offset: 'number',
  reason: 'string',
  cause: 'string',
  nft: 'object',
  return_value: 'object',
  delta: 'number',
  age: 'number',
  caller: 'string',
  stack: 'object',
  family: 'number',
  parent: 'number',
  relation: 'string',
};
