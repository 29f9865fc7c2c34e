// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { array, boolean, integer, object, orNull, scalar, string, type Schema } from '../core/json-schema.js';
import type { NftStep } from '../core/nft.js';
import type { BuiltInFields, PathValue, Tuple } from './event-types.js';

const tuple = orNull(
  object<Tuple>(
    {
      saddr: string(),
      daddr: string(),
      protocol: string(),
      sport: integer(),
      dport: integer(),
      icmp_type: integer(),
      icmp_code: integer(),
      tcp_flags: string(),
      fragment_offset: integer(),
    },
    ['sport', 'dport', 'icmp_type', 'icmp_code', 'tcp_flags', 'fragment_offset'],
  ),
);

/** All of its members may be absent. */
const nftStep = object<NftStep>(
  {
    family: string(),
    table: string(),
    chain: string(),
    type: string('of a base chain'),
    hook: string('of a base chain'),
    priority: integer('of a base chain'),
    policy: string('of a base chain: the verdict if no rule has one'),
    handle: orNull(integer('of the rule, as nft -a has it; null: not known')),
    rule: orNull(string('text; null: not known')),
    looks_up: boolean('the rule looks up a verdict map, and need not have matched'),
    verdict: string(),
    target: string('the chain of jump and goto'),
  },
  [
    ...(['family', 'table', 'chain', 'type', 'hook', 'priority', 'policy', 'handle', 'rule'] as const),
    ...(['looks_up', 'verdict', 'target'] as const),
  ],
);

type Schemas = {
  readonly [Key in keyof BuiltInFields]: Schema<BuiltInFields[Key]>;
};

const text = orNull(string());
const count = orNull(integer());

/**
 * JSON Schema of each column, by its key. The types of a script's events must agree, else this does not
 * compile.
 */
export const SCHEMAS: Schemas = {
  packet_id: { ...string(), pattern: '^0x[0-9a-f]+$' },
  packet: integer(),
  timestamp: integer(),
  processor_id: integer(),
  module: string(),
  function: string(),
  is_return: boolean(),
  duration_ns: orNull(integer<bigint>()),
  tid: integer(),
  len: count,
  gso_type: text,
  gso_size: count,
  gso_segs: count,
  mark: count,
  protocol: count,
  netns: count,
  data_len: count,
  ifname: text,
  ifindex: count,
  iif: count,
  queue: count,
  hash: count,
  priority: count,
  csum: count,
  nr_frags: count,
  encapsulation: count,
  mac_header: count,
  network_header: count,
  transport_header: count,
  users: count,
  cloned: count,
  truesize: count,
  pid: count,
  comm: text,
  cgroup: orNull(integer<number | bigint>()),
  pkt_type: text,
  ip_summed: text,
  vlan: count,
  tuple,
  inner_tuple: tuple,
  ttl: count,
  ip_id: count,
  seq: count,
  ack: count,
  headroom: count,
  mac_offset: count,
  network_offset: count,
  transport_offset: count,
  reason: text,
  cause: text,
  nft: orNull(nftStep),
  return_value: scalar<PathValue>(),
  delta: integer(),
  age: integer(),
  caller: text,
  stack: orNull(array(string())),
  family: count,
  parent: count,
  relation: text,
};
