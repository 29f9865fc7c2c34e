// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import {
  array,
  boolean,
  check,
  custom,
  literal,
  looseObject,
  maxValue,
  minValue,
  nullable,
  number,
  object,
  optional,
  picklist,
  pipe,
  safeInteger,
  safeParse,
  regex,
  string,
  tuple,
  tupleWithRest,
  union,
  variant,
  type GenericSchema,
  type InferOutput,
} from 'valibot';
import { DATA, ROW_SIZE } from '../core/abi.js';
import { Damage } from './damage.js';

type Frozen<T> = T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> } : T;

/*
 * What the blocks of JSON of a capture file hold. Their keys are the file format: docs/capture-file.md. Members
 * that are not described here, which later versions may write, are left out.
 */

const WORD = 8;
/** Indexes of functions are below it. */
const MOST_FUNCTIONS = 1 << 20;

const integer = pipe(number(), safeInteger());
/** An integer from 0. */
const count = pipe(integer, minValue(0));
const hexadecimal = pipe(string(), regex(/^[\da-f]{1,16}$/));
/** ns */
const time = pipe(string(), regex(/^\d{1,20}$/));

const path = union([string(), object({ number: string(), like: string(), rest: string() })]);

/** core/reads.ts: Read */
const read = variant('kind', [
  object({ kind: literal('path'), paths: tupleWithRest([string()], path) }),
  object({ kind: literal('headers'), bytes: count }),
  object({ kind: literal('extra'), of: string() }),
  object({
    kind: picklist(['process', 'geometry', 'reason', 'cause', 'subject', 'caller', 'stack', 'module']),
  }),
]);

/** core/field-path.ts: ResolvedPath, as far as it is needed to show a value */
const resolved = object({
  root: picklist(['skb', 'shinfo', 'task']),
  path: string(),
  steps: array(integer),
  size: pipe(count, minValue(1), maxValue(64)),
  bitOffset: count,
  bitSize: count,
  kind: picklist(['unsigned', 'signed', 'bool', 'enum', 'chars', 'bytes', 'pointer']),
  bigEndian: boolean(),
  type: string(),
  enumName: nullable(string()),
});

const placed = pipe(
  object({ read, path: nullable(resolved), dataOffset: count, size: count, bit: pipe(count, maxValue(31)) }),
  check(({ path: value, dataOffset, size }) => dataOffset % WORD === 0 && size >= (value?.size ?? 0)),
);

/** core/reads.ts: Layout */
const layout = pipe(
  object({ reads: array(placed), size: pipe(count, maxValue(DATA)), rowSize: count }),
  check(({ size, rowSize }) => size % WORD === 0 && rowSize === ROW_SIZE + size),
  check(({ reads, size }) => reads.every((each) => each.dataOffset + each.size <= size)),
);

/** What the trace is. */
const description = object({
  /** version of the ipft that wrote the file */
  ipft: string(),
  host: string(),
  /** kernel release, as in uname -r */
  kernel: string(),
  /** of the kernel's boot (/proc/sys/kernel/random/boot_id); null: unknown */
  boot: nullable(string()),
  /** ipft's words, without its own name; null: it was told to leave them out */
  command_line: nullable(array(string())),
  /** rows may be returns (tracer function_graph) */
  returns: boolean(),
  /** relatives of packets are followed */
  follows: boolean(),
  /** rows may be drops */
  drops: boolean(),
  /** CLOCK_REALTIME minus CLOCK_MONOTONIC, ns, when the trace was prepared */
  real_offset_ns: pipe(string(), regex(/^-?\d{1,20}$/)),
  /** most bytes of a packet; undefined: the file has none */
  snaplen: optional(count),
  /** where rows have the data of reads */
  layout,
  /** network devices of ipft's own namespace at the start, by the namespace's inode and their ifindex */
  devices: optional(array(object({ netns: count, ifindex: count, name: string() }))),
  /** the files that ipft merge has made it of */
  merged: optional(array(object({ ipft: string(), command_line: nullable(array(string())) }))),
});
export type Description = Frozen<InferOutput<typeof description>>;

const members = nullable(
  pipe(
    object({ names: array(string()), values: array(integer) }),
    check(({ names, values }) => names.length === values.length),
  ),
);

/** core/column.ts: ReturnType */
const returnType = object({
  kind: picklist(['unsigned', 'signed', 'bool', 'enum', 'chars', 'bytes', 'pointer', 'void', 'unknown']),
  size: pipe(count, maxValue(WORD)),
  bigEndian: boolean(),
  names: members,
});

/** Functions, or tracepoints, by the index that rows have. */
const functions = pipe(
  object({
    /** their indexes */
    indexes: optional(array(pipe(count, maxValue(MOST_FUNCTIONS - 1)))),
    /** instead of the indexes, format 1.0: index of the first one, the number of those that earlier parts have */
    first: optional(count),
    names: array(string()),
    /** `vmlinux` for the kernel itself */
    modules: array(string()),
    /** hexadecimal digits; 0: unknown */
    addresses: array(hexadecimal),
    /** with `returns`: the different types, and for each function which of them it has */
    types: optional(array(returnType)),
    type_of: optional(array(count)),
  }),
  check(({ names, modules, addresses, indexes, type_of: types }) =>
    [modules, addresses, indexes ?? names, types ?? names].every(({ length }) => length === names.length),
  ),
  check(({ first, indexes }) => (first === undefined) !== (indexes === undefined)),
);
export type FunctionsPart = Frozen<InferOutput<typeof functions>>;

/** core/nft.ts: NftStep */
const nftStep = object({
  family: optional(string()),
  table: optional(string()),
  chain: optional(string()),
  type: optional(string()),
  hook: optional(string()),
  priority: optional(integer),
  policy: optional(string()),
  handle: optional(nullable(count)),
  rule: optional(nullable(string())),
  looks_up: optional(boolean()),
  verdict: optional(string()),
  target: optional(string()),
});

/** Names for numbers of the rows, each with what it is the name of. */
const names = object({
  /** enums by one of their members, and by their names; null: the kernel has none */
  enums_with: optional(array(tuple([string(), members]))),
  enums: optional(array(tuple([string(), members]))),
  /** addresses in kernel code */
  symbols: optional(array(tuple([hexadecimal, string()]))),
  /** addresses of kernel stacks, the innermost call first */
  stacks: optional(array(tuple([integer, array(hexadecimal)]))),
  /** network namespaces by their inodes; null: it has no name */
  namespaces: optional(array(tuple([count, nullable(string())]))),
  drop_reasons: optional(array(tuple([count, nullable(string())]))),
  /** false: the kernel does not report why packets are dropped */
  has_drop_reasons: optional(boolean()),
  causes: optional(array(tuple([count, integer, nullable(string())]))),
  /** what packets have met in nftables, by core/decision.ts: decisionKey() */
  nft_steps: optional(array(tuple([string(), nullable(nftStep)]))),
});
export type NamesPart = Frozen<InferOutput<typeof names>>;

/** The clocks at one moment; ns. */
const clocks = object({ monotonic: time, real: time, tai: time });
export type ClockPair = Frozen<InferOutput<typeof clocks>>;

/** What an extension or a check reports about a packet, after the rows before it: lines of text, or an object. */
const someObject = custom<object>((value) => typeof value === 'object' && value !== null);
const report = object({ packet: count, report: union([string(), someObject]) });
export type Report = Frozen<InferOutput<typeof report>>;

/** core/summary.ts: Summary. It is shown as it is. */
const summary = looseObject({});

/** Where the blocks are, and what they hold. */
const index = object({
  blocks: array(
    object({
      /** bytes from the start of the file */
      at: count,
      kind: count,
      rows: count,
      /** of the rows: CLOCK_MONOTONIC of the earliest and of the latest, ns */
      first: optional(time),
      last: optional(time),
    }),
  ),
});
export type Index = Frozen<InferOutput<typeof index>>;
export type IndexedBlock = Index['blocks'][number];

/** By the kind of the block. */
export const PARTS = { description, functions, names, clocks, report, summary, index } as const;
export type PartName = keyof typeof PARTS;
export type Part<Name extends PartName> = Frozen<InferOutput<(typeof PARTS)[Name]>>;

/** Reads a block of JSON. Throws Damage if it is not what such a block holds. */
export function readPart<Name extends PartName>(name: Name, payload: Buffer): Part<Name> {
  const schema = PARTS[name] as unknown as GenericSchema<unknown, Part<Name>>;
  let value: unknown;
  try {
    value = JSON.parse(payload.toString('utf8'));
  } catch {
    throw new Damage(`a block of ${name} is no JSON`);
  }
  const result = safeParse(schema, value);
  if (result.success) return result.output;
  throw new Damage(`a block of ${name} has other members: ${result.issues[0].message}`);
}
