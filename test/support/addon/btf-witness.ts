// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';

/** BTF as bpftool prints it, the second witness beside libbpf. */
export interface BtfDump {
  /** enums by name; those of one name together */
  readonly enums: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** name: places, from 0, of the parameters whose type is an enum of drop reasons, for functions that have one */
  readonly reasonParameters: ReadonlyMap<string, ReadonlySet<number>>;
  /** names of functions that have a `struct sk_buff *`, const or not, or a `struct sk_buff **` among their parameters */
  readonly skbFunctions: ReadonlySet<string>;
}

const HEAD = /^\[(\d+)\] (\w+) '([^']*)'(?:.* (?:type_id|ret_type_id)=(\d+))?/;
const MEMBER = /^\t'([^']*)' (val|type_id)=(-?\d+)/;

interface Type {
  readonly kind: string;
  readonly name: string;
  readonly target: number;
  /** enumerators and their values, or parameters and their types */
  readonly members: [string, number][];
}

function parse(text: string): Map<number, Type> {
  const types = new Map<number, Type>();
  let members: [string, number][] = [];
  for (const line of text.split('\n')) {
    const head = HEAD.exec(line);
    if (head !== null) {
      const [, id, kind = '', name = '', target] = head;
      members = [];
      if (/^(ENUM|FUNC|TYPEDEF|PTR|CONST|VOLATILE|STRUCT)/.test(kind))
        types.set(Number(id), { kind, name, target: Number(target ?? 0), members });
      continue;
    }
    const member = MEMBER.exec(line);
    if (member !== null) members.push([member[1] ?? '', Number(member[3])]);
  }
  return types;
}

const REASONS = /^[a-z0-9]\w*_drop_reason$/;

function reasonsOf(types: ReadonlyMap<number, Type>, prototype: Type): Set<number> {
  const places = new Set<number>();
  prototype.members.forEach(([, id], place) => {
    const type = bare(types, id);
    if (type?.kind === 'ENUM' && REASONS.test(type.name)) places.add(place);
  });
  return places;
}

/** The type behind typedefs and qualifiers. */
function bare(types: ReadonlyMap<number, Type>, id: number): Type | undefined {
  let type = types.get(id);
  while (type !== undefined && /^(TYPEDEF|CONST|VOLATILE)$/.test(type.kind)) type = types.get(type.target);
  return type;
}

/** True of a pointer to an skb, and of a pointer to such a pointer. */
function isSkb(types: ReadonlyMap<number, Type>, id: number): boolean {
  const first = bare(types, id);
  if (first?.kind !== 'PTR') return false;
  const target = bare(types, first.target);
  const last = target?.kind === 'PTR' ? bare(types, target.target) : target;
  return last?.kind === 'STRUCT' && last.name === 'sk_buff';
}

/** What bpftool prints of a file in /sys/kernel/btf. */
export function dumpBtf(name = 'vmlinux'): BtfDump {
  const base = name === 'vmlinux' ? [] : ['-B', '/sys/kernel/btf/vmlinux'];
  const text = execFileSync('bpftool', [...base, 'btf', 'dump', 'file', `/sys/kernel/btf/${name}`], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const types = parse(text);
  const enums = new Map<string, Map<string, number>>();
  const reasonParameters = new Map<string, Set<number>>();
  const skbFunctions = new Set<string>();
  for (const type of types.values()) {
    if (type.kind.startsWith('ENUM'))
      enums.set(type.name, new Map([...(enums.get(type.name) ?? []), ...type.members]));
    // A tracepoint is a typedef of a pointer to the prototype of its probes.
    const isTracepoint = type.kind === 'TYPEDEF' && type.name.startsWith('btf_trace_');
    if (type.kind !== 'FUNC' && !isTracepoint) continue;
    const prototype = types.get(isTracepoint ? (types.get(type.target)?.target ?? 0) : type.target);
    if (type.kind === 'FUNC' && prototype?.members.some(([, id]) => isSkb(types, id)) === true)
      skbFunctions.add(type.name);
    const places = prototype === undefined ? new Set<number>() : reasonsOf(types, prototype);
    if (places.size > 0) reasonParameters.set(type.name, places);
  }
  return { enums, reasonParameters, skbFunctions };
}
