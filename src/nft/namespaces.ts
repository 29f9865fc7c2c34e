// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';
import type { Addon } from '../native/types.js';
import { bitsAt, type Memory } from './memory.js';
import type { Place } from './structures.js';

/** Where the kernel counts the changes of a namespace's ruleset. */
type Counter =
  /** in struct net, since Linux 6.17 */
  | { readonly kind: 'own'; readonly place: Place }
  /** in what nf_tables has of each namespace: struct nftables_pernet */
  | { readonly kind: 'pernet'; readonly list: Place; readonly pointers: number; readonly place: Place };

/** The variable with the index of nf_tables among what modules have of each namespace. */
const INDEX = / \S nf_tables_net_id\b/;

const STRUCTURES = ['net', 'ns_common', 'netns_nftables', 'nftables_pernet', 'net_generic'] as const;

/** What is asked of network namespaces, by the address of struct net. */
export class Namespaces {
  readonly #inode: Place | null;
  readonly #counter: Counter | null;
  #index: number | null = null;

  constructor(
    addon: Addon,
    private readonly memory: Memory,
  ) {
    const [net, common, own, pernet, generic] = addon.readStructures('nf_tables', STRUCTURES);
    const [ns, nft, gen] = ['ns', 'nft', 'gen'].map((name) => net?.members[name]);
    const inum = common?.members['inum'];
    this.#inode = ns && inum ? { at: ns.at + inum.at, bits: inum.bits } : null;
    const [inNet, inPernet] = [own?.members['base_seq'], pernet?.members['base_seq']];
    const pointers = generic?.members['ptr'];
    if (nft && inNet) this.#counter = { kind: 'own', place: { at: nft.at + inNet.at, bits: inNet.bits } };
    else if (gen && inPernet && pointers)
      this.#counter = { kind: 'pernet', list: gen, pointers: pointers.at / 8, place: inPernet };
    else this.#counter = null;
  }

  /** Inode of the namespace; 0: unknown. */
  inode(net: bigint): number {
    return (this.#inode && this.#number(net, this.#inode)) ?? 0;
  }

  /** Changes with each change of the namespace's ruleset; null: unknown. */
  generation(net: bigint): number | null {
    const counter = this.#counter;
    if (counter === null || net === 0n) return null;
    if (counter.kind === 'own') return this.#number(net, counter.place);
    const index = this.#indexOfModule();
    const list = this.#pointer(net + BigInt(counter.list.at / 8));
    if (index === null || list === null) return null;
    const pernet = this.#pointer(list + BigInt(counter.pointers + 8 * index));
    return pernet === null ? null : this.#number(pernet, counter.place);
  }

  #number(structure: bigint, { at, bits }: Place): number | null {
    const bytes = this.memory.bytes(structure + BigInt(Math.floor(at / 8)), bits / 8);
    return bytes === null ? null : bitsAt(bytes, { at: 0, bits });
  }

  #pointer(address: bigint): bigint | null {
    return this.memory.bytes(address, 8)?.readBigUInt64LE() ?? null;
  }

  #indexOfModule(): number | null {
    if (this.#index !== null) return this.#index;
    const lines = readFileSync('/proc/kallsyms', 'latin1');
    const at = lines.search(INDEX);
    if (at < 0) return null;
    const address = BigInt(`0x${lines.slice(lines.lastIndexOf('\n', at) + 1, at)}`);
    this.#index = this.#number(address, { at: 0, bits: 32 });
    return this.#index;
  }
}
