// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { run } from '../kernel/system.js';

interface Member {
  readonly name: string;
  readonly type: number;
  /** from the start of the struct */
  readonly bit: number;
  /** 0: no bit-field */
  readonly bits: number;
}

const STRUCT = /^\[(\d+)\] (?:STRUCT|UNION) '([^']*)'/;
const MEMBER = /^\t'([^']*)' type_id=(\d+) bits_offset=(\d+)(?: bitfield_size=(\d+))?/;

/** The kernel's structs, as bpftool prints BTF. */
export class Members {
  readonly #byId = new Map<number, Member[]>();
  readonly #byName = new Map<string, Member[]>();

  constructor() {
    let members: Member[] = [];
    const text = run('bpftool', 'btf', 'dump', 'file', '/sys/kernel/btf/vmlinux');
    for (const line of text.split('\n')) {
      const [, id, struct = ''] = STRUCT.exec(line) ?? [];
      if (id !== undefined) {
        members = [];
        this.#byId.set(Number(id), members);
        if (struct !== '(anon)' && !this.#byName.has(struct)) this.#byName.set(struct, members);
      }
      const [, name, type, bit, bits] = MEMBER.exec(line) ?? [];
      if (name !== undefined)
        members.push({ name, type: Number(type), bit: Number(bit), bits: Number(bits ?? 0) });
    }
  }

  /** Also in its anonymous structs and unions. */
  #find(members: readonly Member[], name: string): Member | null {
    for (const member of members) {
      if (member.name === name) return member;
      const inner = member.name === '(anon)' ? this.#find(this.#byId.get(member.type) ?? [], name) : null;
      if (inner !== null) return { ...inner, bit: member.bit + inner.bit };
    }
    return null;
  }

  /** Bytes from the start of the struct, and for a bit-field how kprobe_events calls its type. */
  of(struct: string, name: string): { offset: number; bitField: string } {
    const member = this.#find(this.#byName.get(struct) ?? [], name);
    if (member === null) throw new Error(`struct ${struct} has no ${name}`);
    const offset = Math.floor(member.bit / 8);
    return { offset, bitField: member.bits === 0 ? '' : `b${member.bits}@${member.bit % 8}/8` };
  }

  /** Where a member of what `base` points to is, as kprobe_events has it. */
  at(struct: string, name: string, base: string): string {
    return `+${this.of(struct, name).offset}(${base})`;
  }

  /** A fetch argument: the inode of the network namespace of an skb's device. */
  netns(skb: string): string {
    const inode = this.of('net', 'ns').offset + this.of('ns_common', 'inum').offset;
    const net = this.at('net_device', 'nd_net', this.at('sk_buff', 'dev', skb));
    return `+${inode}(${net}):u32`;
  }

  /** A fetch argument of kprobe_events, `+OFFSET(base)`, with the type of a bit-field or else this one. */
  fetch(struct: string, name: string, base: string, type: string): string {
    const { offset, bitField } = this.of(struct, name);
    return `+${offset}(${base}):${bitField || type}`;
  }
}
