// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { NftChain } from '../core/nft.js';

/** What `nft -a -s list ruleset` has printed: the texts of rules, by table and handle. */
export interface Listing {
  /** undefined: there is no such rule */
  text(place: NftChain, handle: number): string | undefined;
}

/** The rules of a chain as programs print them, in their order. */
type Chains = Map<string, string[]>;

interface Printed {
  readonly texts: Map<string, string>;
  /** handles of the rules, by chain */
  readonly handles: Map<string, number[]>;
  /** families in which iptables-nft has made tables */
  readonly foreign: Set<string>;
}

const chainKey = ({ family, table, chain }: NftChain): string => `${family} ${table} ${chain}`;
const ruleKey = ({ family, table }: NftChain, handle: number): string => `${family} ${table} ${handle}`;

function parseRuleset(output: string): Printed {
  const printed: Printed = { texts: new Map(), handles: new Map(), foreign: new Set() };
  let place: NftChain = { family: '', table: '', chain: '' };
  for (const line of output.split('\n')) {
    const [, managed] = /^# Warning: table (\S+) \S+ is managed by iptables-nft/.exec(line) ?? [];
    if (managed !== undefined) printed.foreign.add(managed);
    const [, family, table] = /^table (\S+) (\S+) \{/.exec(line) ?? [];
    const [, chain] = /^\tchain (\S+) \{/.exec(line) ?? [];
    const [, text, handle] = /^\t\t(.*) # handle (\d+)$/.exec(line) ?? [];
    if (family !== undefined && table !== undefined) place = { family, table, chain: '' };
    else if (chain !== undefined) place = { ...place, chain };
    else if (line === '\t}') place = { ...place, chain: '' };
    else if (text !== undefined && place.chain !== '') {
      if (isOfIptables(text)) printed.foreign.add(place.family);
      printed.texts.set(ruleKey(place, Number(handle)), text);
      const key = chainKey(place);
      printed.handles.set(key, [...(printed.handles.get(key) ?? []), Number(handle)]);
    }
  }
  return printed;
}

/** Reads what iptables-save prints for a family. */
function parseSaved(output: string, family: string): Chains {
  const chains: Chains = new Map();
  let table = '';
  for (const line of output.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1);
    const [, chain] = /^-A (\S+) /.exec(line) ?? [];
    if (chain === undefined) continue;
    const key = chainKey({ family, table, chain });
    chains.set(key, [...(chains.get(key) ?? []), line]);
  }
  return chains;
}

/** Programs of iptables-nft, by family. */
const SAVERS: Readonly<Record<string, string>> = {
  ip: 'iptables-nft-save',
  ip6: 'ip6tables-nft-save',
};

/** True if a rule's text has what only iptables can print. */
const isOfIptables = (text: string): boolean => /(^|\s)xt (match|target) /.test(text);

/**
 * The rules' texts. `run`: prints the output of a program, '' if that fails. Where iptables-nft has made a chain, its rules' texts
 * are those of iptables.
 */
export function readListing(run: (program: string, args: readonly string[]) => string): Listing {
  const { texts, handles, foreign } = parseRuleset(run('nft', ['-a', '-s', 'list', 'ruleset']));
  for (const family of foreign) {
    const saver = SAVERS[family];
    const saved = saver === undefined ? [] : parseSaved(run(saver, []), family);
    for (const [key, lines] of saved) addSaved(texts, key, handles.get(key) ?? [], lines);
  }
  return { text: (place, handle) => texts.get(ruleKey(place, handle)) };
}

/** Both programs print a chain's rules in the same order. */
function addSaved(
  texts: Map<string, string>,
  chain: string,
  handles: readonly number[],
  lines: readonly string[],
): void {
  const [family = '', table = ''] = chain.split(' ');
  if (handles.length !== lines.length) return;
  handles.forEach((handle, at) => texts.set(ruleKey({ family, table, chain }, handle), lines[at] ?? ''));
}
