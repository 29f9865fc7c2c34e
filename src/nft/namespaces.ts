// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Addon } from '../native/types.js';
import { bitsAt, type Memory } from './memory.js';
import type { Place } from './structures.js';

/** Where the kernel counts the changes of a namespace's ruleset. */
type Counter =
  /** in struct net (seen on 7.2) */
  | { readonly kind: 'own'; readonly place: Place }
  /** in what nf_tables has of each namespace (seen on 6.1 and 6.12): struct nftables_pernet; `pointer`: offset of its address in `list` */
  | { readonly kind: 'pernet'; readonly list: number; readonly pointer: number; readonly place: Place };

/** The variable with the index of nf_tables among what modules have of each namespace. */
const INDEX = 'nf_tables_net_id';

const STRUCTURES = ['net', 'ns_common', 'netns_nftables', 'nftables_pernet', 'net_generic'] as const;

/** What is asked of network namespaces, by the address of struct net. */
export class Namespaces {
  readonly #inode: Place | null;
  readonly #counter: Counter | null;

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
    else {
      const variable = addon.symbolAddress(INDEX);
      const index = variable === null ? null : this.#number(variable, { at: 0, bits: 32 });
      const isKnown = gen !== undefined && inPernet !== undefined && pointers !== undefined && index !== null;
      this.#counter = isKnown
        ? { kind: 'pernet', list: gen.at / 8, pointer: pointers.at / 8 + 8 * index, place: inPernet }
        : null;
    }
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
    const list = this.memory.pointer(net + BigInt(counter.list));
    const pernet = list === null ? null : this.memory.pointer(list + BigInt(counter.pointer));
    return pernet === null ? null : this.#number(pernet, counter.place);
  }

  #number(structure: bigint, { at, bits }: Place): number | null {
    const bytes = this.memory.bytes(structure + BigInt(Math.floor(at / 8)), bits / 8);
    return bytes === null ? null : bitsAt(bytes, { at: 0, bits });
  }
}
