// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { BoundColumn, Column } from '../core/column.js';
import type { Read } from '../core/reads.js';
import { forgetOldest } from '../core/oldest.js';
import { printable } from '../core/printable.js';
import { exact } from '../core/value.js';
import type { FieldValue } from './public.js';

export type Members = Readonly<Record<string, FieldValue>>;

/** Most events whose added members are kept until they are shown: more than outputs hold. */
const MAX_KEPT = 1_000_000;

/** JSON of a value; large integers keep all their digits. */
const json = (value: FieldValue): string =>
  typeof value === 'bigint' ? value.toString() : JSON.stringify(value);

/**
 * The members that one extension has added to events. A row has a number, at an offset reserved for it, that
 * refers to them.
 */
export class AddedMembers {
  /** the reserved offset of the number in rows */
  readonly read: Read;
  readonly #kept = new Map<number, { readonly members: Members; unshown: number }>();
  #last = 0;
  /** number of outputs that show the added members; each shows an event once */
  #outputs = 0;

  /** @param path the extension's */
  constructor(path: string) {
    this.read = { kind: 'extra', of: path };
  }

  /** `offset`: Captured.at */
  put(rows: DataView, at: number, offset: number, members: Members): void {
    this.#last = (this.#last + 1) >>> 0 || 1;
    rows.setUint32(at + offset, this.#last, true);
    this.#kept.set(this.#last, { members, unshown: this.#outputs });
    forgetOldest(this.#kept, MAX_KEPT);
  }

  #membersOf(number: number): [string, FieldValue][] {
    return Object.entries(this.#kept.get(number)?.members ?? {});
  }

  /** Called when an output has shown the members of an event: they are dropped after the last output. */
  #forget(number: number): void {
    const kept = this.#kept.get(number);
    if (kept !== undefined && --kept.unshown <= 0) this.#kept.delete(number);
  }

  /** `format`: formats a value for people */
  column(
    name: string,
    format: (field: string, value: FieldValue) => string | undefined = () => undefined,
  ): Column {
    const show = (field: string, value: FieldValue): string =>
      `${field}: ${format(field, value) ?? String(value ?? '-')}`;
    return {
      id: `extension ${name}`,
      description: `what the extension ${name} adds`,
      key: name,
      header: name,
      width: 0,
      ownNames: true,
      ofReturns: true,
      reads: [this.read],
      bind: (context) => this.#bind(context.captured(this.read).at, show),
    };
  }

  /** `offset`: Captured.at; `show`: formats a member for people */
  #bind(offset: number, show: (field: string, value: FieldValue) => string): BoundColumn {
    const numberOf = (rows: DataView, at: number): number => rows.getUint32(at + offset, true);
    const members = (rows: DataView, at: number): [string, FieldValue][] =>
      this.#membersOf(numberOf(rows, at));
    this.#outputs++;
    return {
      shown: (rows, at) => this.#forget(numberOf(rows, at)),
      value: (rows, at) =>
        Object.fromEntries(
          members(rows, at).map(([field, value]) => [
            field,
            typeof value === 'bigint' ? exact(value) : value,
          ]),
        ),
      text: (rows, at, text) => {
        const shown = members(rows, at).map(([field, value]) => show(field, value));
        text.string(printable(shown.join(' ')));
      },
      json: (prefix) => (rows, at, text) => {
        const pairs = members(rows, at).map(([field, value]) => `${JSON.stringify(field)}:${json(value)}`);
        text.string(`${prefix}{${printable(pairs.join(','))}}`);
      },
    };
  }
}
