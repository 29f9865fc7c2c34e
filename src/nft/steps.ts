// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { NftStep } from '../core/nft.js';
import { monotonicMs } from '../core/monotonic.js';
import { decisionKey, type Decision, type Subject } from '../core/decision.js';
import type { NftSummary } from '../core/summary.js';
import type { Addon } from '../native/types.js';
import { readListing, type Listing } from './listing.js';
import { Memory } from './memory.js';
import { foreignNamespace, outputOf } from './programs.js';
import { Ruleset, type ReadChain } from './ruleset.js';
import { readStructures, type Structures } from './structures.js';
import { Namespaces } from './namespaces.js';

/** How many answers are kept. */
const MOST_KNOWN = 65536;

/** How often the texts of a namespace are listed at most: that takes up to seconds, in which no events are read. */
const REFRESH_MS = 1000;

/** enum nft_verdicts and netfilter's verdicts, the lowest bytes of which count. */
const VERDICTS: Readonly<Record<number, string>> = {
  ...{ [-1]: 'continue', [-2]: 'break', [-3]: 'jump', [-4]: 'goto', [-5]: 'return' },
  ...{ 0: 'drop', 1: 'accept', 2: 'stolen', 3: 'queue', 4: 'repeat', 5: 'stop' },
};

/** The function in which the evaluation of a base chain begins; all others evaluate a statement. */
const EVALUATION = 'nft_do_chain';
const VERDICT = 'nft_immediate_eval';
/** Of verdict maps: BPF leaves out other look-ups. */
const LOOKUP = 'nft_lookup_eval';

/** What is known of the ruleset of a network namespace. */
interface Known {
  /** Namespaces.generation() for which the ruleset was read; null: unknown */
  generation: number | null;
  ruleset: Ruleset;
  listing: Listing | null;
  /** the same for which the texts were listed, and when, ms */
  listed: { readonly generation: number | null; readonly at: number } | null;
}

/** What reads the kernel's memory. */
interface Readers {
  readonly memory: Memory;
  readonly structures: Structures;
  readonly namespaces: Namespaces;
}

/** What packets meet in nftables, by what BPF tells of the functions that evaluate it. */
export class NftSteps {
  #readers: Readers | null = null;
  #isClosed = false;
  /** by network namespace */
  readonly #rulesets = new Map<bigint, Known>();
  readonly #warned = new Set<string>();
  readonly #known = new Map<string, NftStep | null>();
  /** expressions whose rules are not known */
  readonly #unknown = new Set<bigint>();
  /** rules whose texts are not known */
  readonly #textless = new Set<string>();

  constructor(
    private readonly addon: Addon,
    private readonly warn: (text: string, remedy: string) => void,
  ) {}

  /** Warns if there is no nft. */
  prepare(): void {
    this.#outputOf('nft', ['--version'], 0);
  }

  /** What was met by this, as it was when it was looked at last. */
  step(decision: Decision): NftStep | null {
    const known = this.#known.get(decisionKey(decision));
    return known === undefined ? this.look(decision) : known;
  }

  /** Finds out what was met; to be called soon after the event, since the ruleset may change. */
  look(decision: Decision): NftStep | null {
    const step = this.#find(decision);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(decisionKey(decision), step);
    return step;
  }

  /** Frees what it has in the kernel; what is known stays known. */
  close(): void {
    this.#isClosed = true;
    this.#readers?.memory.close();
    this.#readers = null;
  }

  /** What could not be found out so far. */
  get summary(): NftSummary {
    return { unknown_rules: this.#unknown.size, rules_without_text: this.#textless.size };
  }

  #find({ name, subject }: Decision): NftStep | null {
    const readers = this.open();
    if (readers === null) return null;
    const known = this.#rulesOf(subject.net, readers);
    return name === EVALUATION ? base(known.ruleset, subject) : this.#rule(known, name, subject, readers);
  }

  /** Prepares to read the kernel's memory, unless nf_tables is not loaded yet. */
  open(): Readers | null {
    if (this.#readers !== null || this.#isClosed) return this.#readers;
    const structures = readStructures(this.addon);
    if (structures === null) return null;
    const memory = new Memory(this.addon);
    this.#readers = { memory, structures, namespaces: new Namespaces(this.addon, memory) };
    return this.#readers;
  }

  /** The ruleset as it is now. */
  #rulesOf(net: bigint, { memory, structures, namespaces }: Readers): Known {
    const generation = namespaces.generation(net);
    const before = this.#rulesets.get(net);
    if (before !== undefined && generation !== null && before.generation === generation) return before;
    const ruleset = new Ruleset(memory, structures, before?.ruleset ?? null);
    const known = before ?? { generation, ruleset, listing: null, listed: null };
    Object.assign(known, { generation, ruleset });
    this.#rulesets.set(net, known);
    return known;
  }

  #rule(known: Known, name: string, subject: Subject, readers: Readers): NftStep {
    const found = known.ruleset.ruleOf(subject.address);
    const verdict = name === VERDICT ? verdictOf(known.ruleset, subject) : impliedBy(name);
    if (found === null) {
      this.#unknown.add(subject.address);
      return { handle: null, rule: null, ...verdict };
    }
    const { chain, handle } = found;
    const rule = this.#listingOf(known, subject.net, readers)?.text(chain, handle) ?? null;
    if (rule === null) this.#textless.add(`${chain.owner} ${handle}`);
    return { ...placeOf(chain), handle, rule, ...verdict };
  }

  /** The texts of this generation; null: another one was listed just now. */
  #listingOf(known: Known, net: bigint, { namespaces }: Readers): Listing | null {
    const { listed, generation } = known;
    if (listed !== null && generation !== null && listed.generation === generation) return known.listing;
    if (listed !== null && monotonicMs() - listed.at < REFRESH_MS)
      return generation === null ? known.listing : null;
    const netns = foreignNamespace(namespaces.inode(net));
    known.listing = readListing((program, args) => this.#outputOf(program, args, netns));
    const isSame = namespaces.generation(net) === generation;
    known.listed = { generation: isSame ? generation : null, at: monotonicMs() };
    return isSame ? known.listing : null;
  }

  #outputOf(program: string, args: readonly string[], netns: number): string {
    const output = outputOf(program, args, netns);
    if (typeof output === 'string') return output;
    if (!this.#warned.has(output.why)) {
      this.#warned.add(output.why);
      this.warn(`rules are shown without their texts: ${output.why}`, output.remedy);
    }
    return '';
  }
}

function base(ruleset: Ruleset, { address }: Subject): NftStep | null {
  const chain = ruleset.chain(address);
  return chain === null ? null : { ...placeOf(chain), ...chain.base };
}

const placeOf = ({ family, table, chain }: ReadChain): Pick<ReadChain, 'family' | 'table' | 'chain'> => ({
  family,
  table,
  chain,
});

/** What a statement leads to whatever the packet is: net/netfilter/nft_reject*.c, nft_queue.c. */
function impliedBy(name: string): Pick<NftStep, 'verdict' | 'looks_up'> {
  if (name === LOOKUP) return { looks_up: true };
  if (/^nft_reject_\w+_eval$/.test(name)) return { verdict: 'drop' };
  return /^nft_queue(_sreg)?_eval$/.test(name) ? { verdict: 'queue' } : {};
}

/** struct nft_immediate_expr: code and chain of the verdict. BPF leaves out what loads a value instead. */
function verdictOf(ruleset: Ruleset, { first, second }: Subject): Pick<NftStep, 'verdict' | 'target'> {
  const code = Number(BigInt.asIntN(32, first));
  const verdict = VERDICTS[code < 0 ? code : code & 0xff] ?? `${code}`;
  const target = verdict === 'jump' || verdict === 'goto' ? ruleset.chain(second) : null;
  return { verdict, ...(target === null ? {} : { target: target.chain }) };
}
