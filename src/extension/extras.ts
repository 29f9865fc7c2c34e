// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Column } from '../core/column.js';
import type { Read } from '../core/capture.js';
import { printable } from '../core/printable.js';
import type { FieldValue } from './public.js';

export type Members = Readonly<Record<string, FieldValue>>;

/** Those of so many events are kept until they are shown: more than outputs hold. */
const MAX_KEPT = 1_000_000;

/** Large integers keep their digits. */
const json = (value: FieldValue): string =>
  typeof value === 'bigint' ? value.toString() : JSON.stringify(value);

/** What one extension has added to events: rows have its number, in their own place for that. */
export class Extras {
  /** where rows have the number of what is added */
  readonly read: Read;
  readonly #kept = new Map<number, Members>();
  #last = 0;

  /** `path`: the extension's */
  constructor(path: string) {
    this.read = { kind: 'extra', of: path };
  }

  /** `place`: Captured.at */
  put(rows: DataView, at: number, place: number, members: Members): void {
    this.#last = (this.#last + 1) >>> 0 || 1;
    rows.setUint32(at + place, this.#last, true);
    this.#kept.set(this.#last, members);
    if (this.#kept.size > MAX_KEPT) for (const [oldest] of this.#kept) return void this.#kept.delete(oldest);
  }

  /** Once for each event: then they are forgotten. */
  #take(number: number): [string, FieldValue][] {
    const members = this.#kept.get(number);
    this.#kept.delete(number);
    return members === undefined ? [] : Object.entries(members);
  }

  /** `format`: how people see a value */
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
      bind: (context) => {
        const place = context.captured(this.read).at;
        const members = (rows: DataView, at: number): [string, FieldValue][] =>
          this.#take(rows.getUint32(at + place, true));
        return {
          text: (rows, at, text) =>
            text.string(
              printable(
                members(rows, at)
                  .map(([field, value]) => show(field, value))
                  .join(' '),
              ),
            ),
          json: (prefix) => (rows, at, text) => {
            const pairs = members(rows, at).map(
              ([field, value]) => `${JSON.stringify(field)}:${json(value)}`,
            );
            text.string(`${prefix}{${printable(pairs.join(','))}}`);
          },
        };
      },
    };
  }
}
