// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** The events of a script, by the fields that it asks for. The names and values are those of `-o json`, which test/ compares. */

/** What every event has. */
export interface EventLead {
  /** address of the skb, hexadecimal; packets after one another have the same */
  readonly packet_id: string;
  /** the packet, one life of an skb; from 1, no two packets of a trace have the same */
  readonly packet: number;
  /** ns, CLOCK_MONOTONIC */
  readonly timestamp: bigint;
  /** CPU */
  readonly processor_id: number;
  /** `vmlinux`, or the module's name */
  readonly module: string;
  /** its name; the address in hexadecimal if it is no known function */
  readonly function: string;
  readonly is_return: boolean;
  /** ns, at returns; null at calls, undefined with the tracer `function` */
  readonly duration_ns?: bigint | null;
  /** the thread, 0 = idle; undefined with the tracer `function` */
  readonly tid?: number;
}

/** Addresses and what else tells a flow; what the packet does not have, or what its linear bytes do not reach, is undefined. */
export interface Tuple {
  readonly saddr: string;
  readonly daddr: string;
  /** its name, or the number */
  readonly protocol: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly icmp_type?: number;
  readonly icmp_code?: number;
  /** joined by `|` */
  readonly tcp_flags?: string;
  /** bytes, in later fragments */
  readonly fragment_offset?: number;
}

/** Built-in fields. null: there is no such thing, or the event is a return. docs/fields.md tells what they are. */
export interface BuiltInFields extends Required<EventLead> {
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
  /** as the function's prototype says: see docs/output.md */
  readonly return_value: PathValue;
  readonly delta: number;
  readonly age: number;
  readonly caller: string | null;
  /** the innermost call first */
  readonly stack: readonly string[] | null;
}

/** The sets of fields, by what stands behind the `@`. */
export interface FieldSets {
  gso: 'len' | 'data_len' | 'nr_frags' | 'gso_size' | 'gso_segs' | 'gso_type';
  net: 'netns' | 'ifname' | 'ifindex' | 'queue' | 'protocol' | 'vlan';
  tuple: 'tuple' | 'inner_tuple';
  meta: 'mark' | 'hash' | 'priority' | 'pid' | 'comm' | 'cgroup';
  time: 'delta' | 'age';
}

/** What a path of the kernel's types leads to, by its type: a bigint where a number would not be exact. */
export type PathValue = number | bigint | string | boolean | null;

/** Names, sets and paths, with commas between them or as an array. */
export type FieldList = string | readonly string[];

/** Names of fields that are not those that events have, beside `-` for `_`. */
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

/** The keys that a name in the list gives events. */
type KeysOf<Name extends string> = Name extends `@${infer Set}`
  ? FieldSets[Set & keyof FieldSets]
  : Name extends keyof OtherNames
    ? OtherNames[Name]
    : Underscored<Name> extends keyof BuiltInFields
      ? Underscored<Name>
      : Name;

type ListedKeys<F extends FieldList> = KeysOf<Split<F extends readonly string[] ? F[number] : F & string>>;

/** An event whose fields are known when the script runs. */
export type AnyEvent = EventLead & Partial<BuiltInFields> & Readonly<Record<string, unknown>>;

/** An event without fields of its own. */
export interface TraceEvent
  extends EventLead, Pick<BuiltInFields, 'len' | 'gso_type' | 'gso_size' | 'gso_segs' | 'mark'> {}

/** An event with the fields of this list; undefined: of no list. */
export type EventWith<F extends FieldList | undefined> = F extends FieldList
  ? string extends ListedKeys<F>
    ? AnyEvent
    : EventLead & {
        readonly [Key in ListedKeys<F>]: Key extends keyof BuiltInFields ? BuiltInFields[Key] : PathValue;
      }
  : TraceEvent;
