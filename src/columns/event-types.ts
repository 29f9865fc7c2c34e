// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/**
 * Types of a script's events, depending on the fields that it asks for. Names and values are those of `-o
 * json`; a test compares them.
 */

import type { NftStep } from '../core/nft.js';
import type { Crossing } from './crossing.js';
import type { Violation } from '../core/violation.js';

/** Members that every event has. */
export interface EventLead extends Crossing {
  /** address of the skb, in hexadecimal; later packets may have the same */
  readonly packet_id: string;
  /** number of the packet (one life of an skb), from 1; unique within a trace */
  readonly packet: number;
  /** ns, CLOCK_MONOTONIC */
  readonly timestamp: bigint;
  /** CPU */
  readonly processor_id: number;
  /** `vmlinux`, or the module's name */
  readonly module: string;
  /** function name; the address in hexadecimal if no known function is there */
  readonly function: string;
  readonly is_return: boolean;
  /** ns, for returns; null for calls, undefined with the tracer `function` */
  readonly duration_ns?: bigint | null;
  /** thread id, 0 = idle; undefined with the tracer `function` */
  readonly tid?: number;
  /** what checks have found wrong at this event; null for returns, undefined without checks */
  readonly violations?: readonly Violation[] | null;
  /** with `why: ['nft']`: the chain or rule of nftables at this function; null: none, undefined without it */
  readonly nft?: NftStep | null;
}

/**
 * Addresses, ports and the like. Members that the packet does not have, or that are beyond its linear bytes,
 * are undefined.
 */
export interface Tuple {
  readonly saddr: string;
  readonly daddr: string;
  /** the protocol's name, or its number */
  readonly protocol: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly icmp_type?: number;
  readonly icmp_code?: number;
  /** joined by `|` */
  readonly tcp_flags?: string;
  /** bytes; only in later fragments */
  readonly fragment_offset?: number;
}

/** Built-in fields. null: there is no value, or the event is a return. docs/fields.md describes them. */
export interface BuiltInFields extends Required<Omit<EventLead, 'violations' | keyof Crossing>> {
  /** skb->len, bytes */
  readonly len: number | null;
  /** names of the SKB_GSO_* bits, joined by `|`; '' if none */
  readonly gso_type: string | null;
  /** bytes of payload per segment; 0 if it is not a GSO packet */
  readonly gso_size: number | null;
  readonly gso_segs: number | null;
  /** skb->mark */
  readonly mark: number | null;
  readonly protocol: number | null;
  readonly netns: number | null;
  readonly data_len: number | null;
  readonly ifname: string | null;
  readonly ifindex: number | null;
  readonly iif: number | null;
  readonly queue: number | null;
  readonly hash: number | null;
  readonly priority: number | null;
  readonly csum: number | null;
  readonly nr_frags: number | null;
  readonly encapsulation: number | null;
  readonly mac_header: number | null;
  readonly network_header: number | null;
  readonly transport_header: number | null;
  readonly users: number | null;
  readonly cloned: number | null;
  readonly truesize: number | null;
  /** in ipft's pid namespace */
  readonly pid: number | null;
  readonly comm: string | null;
  readonly cgroup: number | bigint | null;
  readonly pkt_type: string | null;
  readonly ip_summed: string | null;
  readonly vlan: number | null;
  readonly tuple: Tuple | null;
  readonly inner_tuple: Tuple | null;
  readonly ttl: number | null;
  readonly ip_id: number | null;
  readonly seq: number | null;
  readonly ack: number | null;
  readonly headroom: number | null;
  readonly mac_offset: number | null;
  readonly network_offset: number | null;
  readonly transport_offset: number | null;
  readonly reason: string | null;
  readonly cause: string | null;
  /** by the type in the function's prototype, see docs/output.md */
  readonly return_value: PathValue;
  readonly delta: number;
  readonly age: number;
  readonly caller: string | null;
  /** the innermost call first */
  readonly stack: readonly string[] | null;
  /** number of the first ancestor; its own number, if it has no parent */
  readonly family: number | null;
  /** number of the packet that it was made from; null: none */
  readonly parent: number | null;
  /** what it is to its parent; null: it has none */
  readonly relation: string | null;
}

/** The fields of each set, by the name after `@`. */
export interface FieldSets {
  gso: 'len' | 'data_len' | 'nr_frags' | 'gso_size' | 'gso_segs' | 'gso_type';
  net: 'netns' | 'ifname' | 'ifindex' | 'queue' | 'protocol' | 'vlan';
  tuple: 'tuple' | 'inner_tuple';
  meta: 'mark' | 'hash' | 'priority' | 'pid' | 'comm' | 'cgroup';
  time: 'delta' | 'age';
}

/** Value of a path of the kernel's types: a bigint where a number would not be exact. */
export type PathValue = number | bigint | string | boolean | null;

/** A list of names, sets and paths: comma-separated, or an array. */
export type FieldList = string | readonly string[];

/** Fields whose key in events differs from their name, beyond `_` for `-`. */
interface OtherNames {
  duration: 'duration_ns';
  'packet-number': 'packet';
}

type Trimmed<S extends string> = S extends ` ${infer Rest}`
  ? Trimmed<Rest>
  : S extends `${infer Rest} `
    ? Trimmed<Rest>
    : S;
type Split<S extends string> = S extends `${infer First},${infer Rest}`
  ? Trimmed<First> | Split<Rest>
  : Trimmed<S>;
type Underscored<S extends string> = S extends `${infer First}-${infer Rest}`
  ? `${First}_${Underscored<Rest>}`
  : S;

/** Keys of events for a name in the list. */
type KeysOf<Name extends string> = Name extends `@${infer Set}`
  ? FieldSets[Set & keyof FieldSets]
  : Name extends keyof OtherNames
    ? OtherNames[Name]
    : Underscored<Name> extends keyof BuiltInFields
      ? Underscored<Name>
      : Name;

type ListedKeys<F extends FieldList> = KeysOf<Split<F extends readonly string[] ? F[number] : F & string>>;

/** An event whose fields are only known at run time. */
export type AnyEvent = EventLead & Partial<BuiltInFields> & Readonly<Record<string, unknown>>;

/** An event with the default fields. */
export interface TraceEvent
  extends EventLead, Pick<BuiltInFields, 'len' | 'gso_type' | 'gso_size' | 'gso_segs' | 'mark'> {}

/** An event with the fields of this list; undefined: the default fields. */
export type EventWith<F extends FieldList | undefined> = F extends FieldList
  ? string extends ListedKeys<F>
    ? AnyEvent
    : EventLead & {
        readonly [Key in ListedKeys<F>]: Key extends keyof BuiltInFields ? BuiltInFields[Key] : PathValue;
      }
  : TraceEvent;
