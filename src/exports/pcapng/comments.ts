// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Column, ColumnContext, Value } from '../../core/column.js';
import { dropOf } from '../../core/drop.js';
import type { Snap } from '../../core/packet-bytes.js';
import { printable } from '../../core/printable.js';
import { cpu, functionIndex, isDrop, tid } from '../../core/row.js';
import type { ShownTrace } from '../../core/output.js';
import type { Frame } from './frame.js';

const KERNEL = 'vmlinux';

/** `key=value`; a value that is not one word is quoted as in JSON. */
export function pair(key: string, value: Value): string {
  const plain = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
  return `${key}=${/^[\w.:/+<>,|@#()-]+$/.test(plain) ? plain : printable(JSON.stringify(plain))}`;
}

const pairs = (values: readonly (readonly [string, Value])[]): string =>
  values.map(([key, value]) => pair(key, value)).join(' ');

/** What an event's frame says besides its bytes: several comments of one line. */
export class Comments {
  readonly #context: ColumnContext;
  readonly #values: readonly {
    readonly column: Column;
    readonly value: (rows: DataView, at: number) => Value;
  }[];
  readonly #drop;

  constructor({ context, fields }: ShownTrace) {
    this.#context = context;
    this.#drop = dropOf(context);
    this.#values = fields.map((column) => ({ column, value: column.bind(context).value }));
  }

  /** The function of a row, or where its packet is dropped. */
  functionOf(rows: DataView, at: number): string {
    if (isDrop(rows, at)) return this.#drop(rows, at).function;
    return this.#context.names[functionIndex(rows, at)] ?? 'unknown';
  }

  /** The comments of a row's frame. `snap`: null: it has no bytes. */
  of(rows: DataView, at: number, snap: Snap | null, { isMadeUp }: Frame): string[] {
    const dropped = isDrop(rows, at);
    return [
      this.#origin(rows, at),
      dropped ? this.#dropped(rows, at) : this.#fields(rows, at),
      ...(snap === null || snap.netns === 0 ? [] : [this.#place(snap)]),
      ...(isMadeUp ? ['ethernet=made-up'] : []),
      ...(snap === null ? ['bytes=none'] : []),
      ...(snap?.isCut === true ? ['bytes=linear'] : []),
    ].filter((line) => line !== '');
  }

  #origin(rows: DataView, at: number): string {
    const module = isDrop(rows, at) ? KERNEL : (this.#context.modules[functionIndex(rows, at)] ?? KERNEL);
    return pairs([
      ['function', this.functionOf(rows, at)],
      ...(module === KERNEL ? [] : [['module', module] as const]),
      ['cpu', cpu(rows, at)],
      ...(isDrop(rows, at) ? [] : [['tid', tid(rows, at)] as const]),
    ]);
  }

  #fields(rows: DataView, at: number): string {
    return pairs(
      this.#values.flatMap(({ column, value }): (readonly [string, Value])[] => {
        const own = value(rows, at);
        if (own === null || own === '') return [];
        return column.ownNames === true ? Object.entries(own as Record<string, Value>) : [[column.key, own]];
      }),
    );
  }

  #dropped(rows: DataView, at: number): string {
    const { location, reason, cause } = this.#drop(rows, at);
    return pairs([
      ['drop', reason ?? cause ?? 'unknown'],
      ['at', location],
      ...(cause === null || cause === reason ? [] : [['cause', cause] as const]),
    ]);
  }

  #place({ netns, ifname }: Snap): string {
    const name = this.#context.namespaceName(netns);
    return pairs([
      ['device', ifname],
      ['netns', name ?? netns],
    ]);
  }
}
