// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only

/** A chain of nftables. */
export interface NftChain {
  /** `ip`, `inet`, ... */
  readonly family: string;
  readonly table: string;
  readonly chain: string;
}

/** What a packet meets in nftables. Members that do not apply are left out. */
export interface NftStep {
  readonly family?: string | undefined;
  readonly table?: string | undefined;
  readonly chain?: string | undefined;
  /** of a base chain, in which an evaluation begins: its type, hook, priority, and verdict if no rule has one */
  readonly type?: string | undefined;
  readonly hook?: string | undefined;
  readonly priority?: number | undefined;
  readonly policy?: string | undefined;
  /** number of a rule that matched, as `nft -a list ruleset` has it; null: it is not known which rule it was */
  readonly handle?: number | null | undefined;
  /** the rule's text, as nft prints it, or iptables-save for a rule of iptables; null: unknown */
  readonly rule?: string | null | undefined;
  /**
   * true: the rule looks up a verdict map, which may have no verdict for the packet, and what it has is not seen; the rule then
   * need not have matched
   */
  readonly looks_up?: boolean | undefined;
  /** the rule's verdict, if its statement is one: `drop`, `accept`, `jump`, ... */
  readonly verdict?: string | undefined;
  /** the chain to which the verdict jumps */
  readonly target?: string | undefined;
}

/** `inet filter/input`. */
const placeOf = ({ family, table, chain }: NftStep): string =>
  chain === undefined ? '' : `${family} ${table}/${chain}`;

/** `inet filter/input rule 12 "tcp dport 22 drop"`. The text is a stranger's: it may have any characters. */
export function nftText(step: NftStep): string {
  const place = placeOf(step);
  if (step.hook !== undefined)
    return `${place}, hook ${step.hook}, priority ${step.priority}, policy ${step.policy}`;
  if (step.handle === undefined) return place;
  const known = step.handle === null ? 'an unknown rule' : `${place} rule ${step.handle}`;
  const rule = `${known}${step.looks_up === true ? ' looks up' : ''}`;
  const text = step.rule === null || step.rule === undefined ? '' : ` "${step.rule}"`;
  const target = step.target === undefined ? '' : ` ${step.target}`;
  return `${rule}${text}${step.verdict === undefined ? '' : `: ${step.verdict}${target}`}`;
}
