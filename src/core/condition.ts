// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { UsageError } from './errors.js';

/** A parsed expression of --where. */
export type Expression =
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'string'; readonly value: string }
  /** a path through the kernel's types, such as `skb->len` */
  | { readonly kind: 'path'; readonly path: string }
  /** one of the kernel's constants, such as CHECKSUM_PARTIAL */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'not'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    };

export const COMPARISONS = ['==', '!=', '<=', '>=', '<', '>'] as const;
export type Comparison = (typeof COMPARISONS)[number];
export type Operator = '||' | '&&' | '&' | Comparison;

export const isComparison = (operator: string): operator is Comparison =>
  (COMPARISONS as readonly string[]).includes(operator);

/**
 * Precedence of operators. `&` binds more tightly than in C, where `skb->mark & 1 == 1` means what nobody
 * wants.
 */
const BINDING: Readonly<Record<string, number>> = { '||': 1, '&&': 2, '&': 4 };
const bindingOf = (token: string): number => BINDING[token] ?? (isComparison(token) ? 3 : 0);

const TOKEN =
  /\s*(?:(0[xX][0-9a-fA-F]+|\d+)|"([^"]*)"|([A-Za-z_]\w*(?:(?:->|\.)[A-Za-z_]\w*|\[\d+\])*)|(\|\||&&|[=!<>]=|[<>&!()]))/y;

interface Token {
  readonly kind: 'number' | 'string' | 'word' | 'symbol' | 'end';
  readonly text: string;
  /** characters from the start of the expression */
  readonly at: number;
}

/** The parser is recursive: these limits bound its recursion. */
const MOST_TOKENS = 5_000;
const MOST_NESTED = 500;

const KINDS = ['number', 'string', 'word', 'symbol'] as const;

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(private readonly text: string) {
    this.#tokens = this.#tokenize();
  }

  parse(): Expression {
    const expression = this.#binary(0);
    if (this.#peek().kind !== 'end') throw this.#unexpected();
    return expression;
  }

  #tokenize(): Token[] {
    const { text } = this;
    const tokens: Token[] = [];
    let at = 0;
    while (text.slice(at).trim() !== '') {
      TOKEN.lastIndex = at;
      const match = TOKEN.exec(text);
      if (match === null) throw this.#error(at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0));
      const group = KINDS.findIndex((_, index) => match[index + 1] !== undefined);
      tokens.push({ kind: KINDS[group] ?? 'symbol', text: match[group + 1] ?? '', at });
      at = TOKEN.lastIndex;
    }
    if (tokens.length > MOST_TOKENS) throw this.#tooLong();
    tokens.push({ kind: 'end', text: '', at: text.length });
    return tokens;
  }

  #error(at: number): UsageError {
    const rest = this.text.slice(at).trim();
    const where = rest === '' ? 'it ends too early' : `unexpected at '${rest}'`;
    return new UsageError(
      `--where '${this.text}': ${where}`,
      `comparisons of paths, numbers and "strings" with && || ! ( ), such as 'skb->len > 1500 && shinfo->gso_size != 0'`,
    );
  }

  #tooLong(): UsageError {
    return new UsageError(
      `--where '${this.text.slice(0, 40)}...': it is too long, or nested too deeply`,
      'fewer terms: ranges instead of single numbers',
    );
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', at: this.text.length };
  }

  #unexpected(): UsageError {
    return this.#error(this.#peek().at);
  }

  #take(): Token {
    const token = this.#peek();
    this.#next++;
    return token;
  }

  #binary(least: number): Expression {
    let left = this.#unary();
    for (
      let { kind, text } = this.#peek();
      kind === 'symbol' && bindingOf(text) > least;
      { kind, text } = this.#peek()
    ) {
      this.#take();
      left = { kind: 'binary', operator: text as Operator, left, right: this.#binary(bindingOf(text)) };
    }
    return left;
  }

  #number(text: string): bigint {
    const value = BigInt(text);
    if (value < 1n << 64n) return value;
    throw new UsageError(`--where '${this.text}': ${text} has more than 64 bits`, 'a smaller number');
  }

  #unary(): Expression {
    const { kind, text } = this.#peek();
    if (kind === 'end' || (kind === 'symbol' && text !== '!' && text !== '(')) throw this.#unexpected();
    this.#take();
    if (kind === 'number') return { kind, value: this.#number(text) };
    if (kind === 'string') return { kind, value: text };
    if (kind === 'word')
      return /->|\.|\[/.test(text) ? { kind: 'path', path: text } : { kind: 'name', name: text };
    if (++this.#depth > MOST_NESTED) throw this.#tooLong();
    const inside: Expression = text === '!' ? { kind: 'not', operand: this.#unary() } : this.#parenthesized();
    this.#depth--;
    return inside;
  }

  #parenthesized(): Expression {
    const inside = this.#binary(0);
    if (this.#peek().text !== ')') throw this.#unexpected();
    this.#take();
    return inside;
  }
}

/**
 * Parses a condition such as `skb->len > 1500 && shinfo->gso_size != 0`: numbers (decimal, 0x hex),
 * "strings", paths and kernel constants, compared by == != < <= > >=, combined with &, !, &&, || and
 * parentheses. Throws a UsageError that shows where the syntax error is.
 */
export const parseCondition = (text: string): Expression => new Parser(text).parse();
