// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { NftChain } from '../core/nft.js';
import { bitsAt, type Memory } from './memory.js';
import type { Structures } from './structures.js';

/** enum nfproto of the kernel, by nft's words. */
const FAMILIES: Readonly<Record<number, string>> = {
  ...{ 1: 'inet', 2: 'ip', 3: 'arp', 5: 'netdev', 7: 'bridge', 10: 'ip6' },
};

/** enum nf_inet_hooks, and the hooks of other families. */
const INET_HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting', 'ingress'];
const HOOKS: Readonly<Record<string, readonly string[]>> = {
  arp: ['input', 'output', 'forward'],
  netdev: ['ingress', 'egress'],
};
const POLICIES = ['drop', 'accept'];

/** NFT_CHAIN_BASE */
const IS_BASE = 1;

/** Bounds of what is believed of memory that may be anything. */
const MOST_BYTES = 1 << 26;
const MOST_CHAINS = 1 << 16;

/** A rule as the kernel evaluates it. */
interface Rule {
  /** addresses of its expressions: the first, and behind the last */
  readonly start: bigint;
  readonly end: bigint;
  readonly handle: number;
}

/** A chain, as it was when it was read. */
export interface ReadChain extends NftChain {
  readonly address: bigint;
  /** address of its table, which tells tables of the same name apart */
  readonly owner: bigint;
  /** null: no evaluation begins in it */
  readonly base: Base | null;
  /** by their addresses */
  readonly rules: readonly Rule[];
}

/** What a base chain has besides. */
export interface Base {
  readonly type: string;
  readonly hook: string;
  readonly priority: number;
  readonly policy: string;
}

/** A rule with its chain. */
export interface FoundRule {
  readonly chain: ReadChain;
  readonly handle: number;
}

/**
 * Finds the rule that an expression belongs to. What the kernel tells of an evaluation is the address of an expression, so the
 * rules of the chains that are known are read: of those in which evaluations begin, of those that verdicts lead to, and if that is
 * not enough of all chains of their tables. Each is read once: a ruleset that has changed is another one.
 */
export class Ruleset {
  readonly #chains = new Map<bigint, ReadChain>();
  #inherited: readonly bigint[];

  constructor(
    private readonly memory: Memory,
    private readonly structures: Structures,
    /** the ruleset before: the chains in which evaluations began there may be here, too */
    before: Ruleset | null,
  ) {
    this.#inherited = before?.bases ?? [];
  }

  /** Addresses of the base chains that are known. */
  get bases(): readonly bigint[] {
    const own = [...this.#chains.values()].filter(({ base }) => base !== null).map(({ address }) => address);
    return [...new Set([...own, ...this.#inherited])];
  }

  /** The chain at this address; null: there is none. */
  chain(address: bigint): ReadChain | null {
    const chain = this.#chains.get(address) ?? this.#read(address);
    if (chain !== null) this.#chains.set(address, chain);
    return chain;
  }

  /** The rule that the expression at this address belongs to; null: it is in no chain that is known. */
  ruleOf(expression: bigint): FoundRule | null {
    return this.#known(expression) ?? this.#asBefore(expression) ?? this.#inTables(expression);
  }

  #known(expression: bigint): FoundRule | null {
    for (const chain of this.#chains.values()) {
      const rule = ruleAt(chain.rules, expression);
      if (rule !== null) return { chain, handle: rule.handle };
    }
    return null;
  }

  #asBefore(expression: bigint): FoundRule | null {
    if (this.#inherited.length === 0) return null;
    this.#inherited.forEach((address) => this.chain(address));
    this.#inherited = [];
    return this.#known(expression);
  }

  #inTables(expression: bigint): FoundRule | null {
    const tables = new Set([...this.#chains.values()].map(({ owner }) => owner));
    for (const table of tables) this.#chainsOf(table).forEach((address) => this.chain(address));
    return this.#known(expression);
  }

  /** Addresses of the chains of the table at this address. */
  #chainsOf(table: bigint): bigint[] {
    const { chain, table: layout } = this.structures;
    const head = table + BigInt(layout.chains);
    const found: bigint[] = [];
    let next = this.memory.pointer(head);
    while (next !== null && next !== head && found.length < MOST_CHAINS) {
      found.push(next - BigInt(chain.list));
      next = this.memory.pointer(next);
    }
    return found;
  }

  #read(address: bigint): ReadChain | null {
    const { chain: layout, table } = this.structures;
    const bytes = this.memory.bytes(address, layout.size);
    if (bytes === null) return null;
    const owner = bytes.readBigUInt64LE(layout.table);
    const own = this.memory.bytes(owner, table.size);
    const family = own === null ? undefined : FAMILIES[bitsAt(own, table.family)];
    const names = [
      own && this.memory.string(own.readBigUInt64LE(table.name)),
      this.memory.string(bytes.readBigUInt64LE(layout.name)),
    ];
    const [tableName, name] = names;
    if (family === undefined || !tableName || !name) return null;
    const blobs = new Set(layout.blobs.map((at) => bytes.readBigUInt64LE(at)));
    blobs.delete(0n);
    const rules = [...blobs].flatMap((at) => this.#rulesOfBlob(at));
    return {
      ...{ address, owner, family, table: tableName, chain: name },
      base: (bitsAt(bytes, layout.flags) & IS_BASE) === 0 ? null : this.#baseAround(address, family),
      rules: rules.toSorted((one, other) => Number(one.start - other.start)),
    };
  }

  #baseAround(chain: bigint, family: string): Base | null {
    const { base, chainType } = this.structures;
    const bytes = this.memory.bytes(chain - BigInt(base.chain), base.chain);
    const name = bytes && this.memory.pointer(bytes.readBigUInt64LE(base.type) + BigInt(chainType.name));
    const type = name && this.memory.string(name);
    if (!bytes || !type) return null;
    const hook = bitsAt(bytes, base.hook);
    return {
      type,
      hook: (HOOKS[family] ?? INET_HOOKS)[hook] ?? `${hook}`,
      priority: bytes.readInt32LE(base.priority),
      policy: POLICIES[bytes[base.policy] ?? -1] ?? '?',
    };
  }

  /** All rules of a chain, one behind the other. */
  #rulesOfBlob(address: bigint): Rule[] {
    const { blob, rule } = this.structures;
    const size = this.memory.pointer(address) ?? 0n;
    if (size > MOST_BYTES) return [];
    const bytes = this.memory.bytes(address + BigInt(blob), Number(size));
    const rules: Rule[] = [];
    for (let at = 0; bytes !== null && at + rule.data <= bytes.length;) {
      const head = bytes.subarray(at, at + rule.data);
      if (bitsAt(head, rule.isLast) === 1) break;
      const start = address + BigInt(blob + at + rule.data);
      const length = bitsAt(head, rule.length);
      rules.push({ start, end: start + BigInt(length), handle: bitsAt(head, rule.handle) });
      at += rule.data + length;
    }
    return rules;
  }
}

/** The rule around an address; null: there is none. */
function ruleAt(rules: readonly Rule[], address: bigint): Rule | null {
  let [low, high] = [0, rules.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rules[middle]?.end ?? 0n) > address) high = middle;
    else low = middle + 1;
  }
  const found = rules[low];
  return found !== undefined && address >= found.start ? found : null;
}
