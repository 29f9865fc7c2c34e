// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { UNKNOWN_TYPE, type EnumMembers, type ReturnType } from '../core/column.js';
import type { NftStep } from '../core/nft.js';
import { decisionKey, type Decision } from '../core/decision.js';
import { printable } from '../core/printable.js';
import type { KernelNames, TracedFunctions } from '../core/traced.js';
import { Damage } from './damage.js';
import type { FunctionsPart, NamesPart } from './description.js';

/*
 * A kernel gives its functions, symbols and enums names without control characters, so outputs write them as they
 * are. In a file they may come from strangers.
 */

const named = (name: string | null): string | null => (name === null ? null : printable(name));

const membersOf = (members: EnumMembers | null): EnumMembers | null =>
  members === null ? null : { ...members, names: members.names.map(printable) };

const addressOf = (digits: string): bigint => BigInt(`0x${digits}`);

/** The names of the kernel that was traced, as far as they have been read from the file. */
export class RecordedNames implements KernelNames {
  readonly #enumsWith = new Map<string, EnumMembers | null>();
  readonly #enums = new Map<string, EnumMembers | null>();
  readonly #symbols = new Map<bigint, string>();
  readonly #stacks = new Map<number, readonly bigint[]>();
  readonly #namespaces = new Map<number, string | null>();
  readonly #reasons = new Map<number, string | null>();
  readonly #causes = new Map<string, string | null>();
  readonly #nftSteps = new Map<string, NftStep | null>();
  #hasReasons = false;

  add(part: NamesPart): void {
    for (const [enumerator, members] of part.enums_with ?? [])
      this.#enumsWith.set(enumerator, membersOf(members));
    for (const [name, members] of part.enums ?? []) this.#enums.set(name, membersOf(members));
    for (const [address, symbol] of part.symbols ?? [])
      this.#symbols.set(addressOf(address), printable(symbol));
    for (const [id, addresses] of part.stacks ?? []) this.#stacks.set(id, addresses.map(addressOf));
    for (const [inode, name] of part.namespaces ?? []) this.#namespaces.set(inode, name);
    for (const [reason, name] of part.drop_reasons ?? []) this.#reasons.set(reason, named(name));
    for (const [source, value, name] of part.causes ?? [])
      this.#causes.set(`${source} ${value}`, named(name));
    for (const [key, step] of part.nft_steps ?? []) this.#nftSteps.set(key, step);
    this.#hasReasons = part.has_drop_reasons ?? this.#hasReasons;
  }

  enumMembers = (enumerator: string): EnumMembers | null =>
    this.#enumsWith.get(enumerator) ?? this.#enumThatHas(enumerator);
  enumByName = (name: string): EnumMembers | null => this.#enums.get(name) ?? null;
  symbol = (address: bigint): string => this.#symbols.get(address) ?? `0x${address.toString(16)}`;
  namespaceName = (inode: number): string | null => this.#namespaces.get(inode) ?? null;
  dropReason = (reason: number): string | null => this.#reasons.get(reason) ?? null;
  hasDropReasons = (): boolean => this.#hasReasons;
  cause = (source: number, value: number): string | null => this.#causes.get(`${source} ${value}`) ?? null;

  nftStep = (decision: Decision): NftStep | null => this.#nftSteps.get(decisionKey(decision)) ?? null;

  /** Of all recorded enums, one that has this member. */
  #enumThatHas(enumerator: string): EnumMembers | null {
    const all = [...this.#enumsWith.values(), ...this.#enums.values()];
    return all.find((members) => members?.names.includes(enumerator)) ?? null;
  }

  stack = (id: number): readonly bigint[] => this.#stacks.get(id) ?? [];
}

/** The functions of the trace, as far as they have been read from the file. */
export class RecordedFunctions implements TracedFunctions {
  readonly names: string[] = [];
  readonly modules: string[] = [];
  readonly #addresses: string[] = [];
  readonly #types: ReturnType[] = [];

  add(part: FunctionsPart): void {
    const { first = 0, names, modules, addresses, types = [], type_of: typeOf = [] } = part;
    if (part.indexes === undefined && first !== this.names.length)
      throw new Damage(`functions from ${first} on, after ${this.names.length}`);
    const known = types.map((type) => ({ ...type, names: membersOf(type.names) }));
    const indexes = part.indexes ?? names.map((_, position) => first + position);
    indexes.forEach((index, position) => {
      while (this.names.length < index) this.#set(this.names.length, '', '');
      this.#set(index, printable(names[position] ?? ''), printable(modules[position] ?? ''));
      this.#addresses[index] = addresses[position] ?? '0';
      this.#types[index] = known[typeOf[position] ?? -1] ?? UNKNOWN_TYPE;
    });
  }

  #set(index: number, name: string, module: string): void {
    this.names[index] = name;
    this.modules[index] = module;
  }

  address = (index: number): bigint => addressOf(this.#addresses[index] ?? '0');
  returnType = (index: number): ReturnType => this.#types[index] ?? UNKNOWN_TYPE;
}
