// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Captured } from '../core/reads.js';
import { isReturn } from '../core/row.js';
import { checkedFields, type ReturnedFields } from './returned-fields.js';
import { guarded, type Doing } from './failure.js';
import type { ExtensionEvent } from './public.js';
import type { LoadedExtension } from './types.js';

/** Where a trace's rows have the data of extensions. */
export interface RowOffsets {
  /** data that module() has written; null: no extension has one */
  readonly module: Captured | null;
  /** the number that refers to what an extension has added; null: it adds nothing */
  extraOf(extension: LoadedExtension): Captured | null;
}

/** Calls extensions for an event in their order, each with what the earlier ones have added. */
export class EventChain {
  /** @param taken names of the members that events have without extensions */
  constructor(
    private readonly extensions: readonly LoadedExtension[],
    private readonly rowOffsets: RowOffsets,
    private readonly taken: ReadonlySet<string>,
  ) {}

  /** The event with everything that is added; null: an extension hides it. */
  to(event: ExtensionEvent, rows: DataView, at: number): ExtensionEvent | null {
    const owners = new Map<string, string>();
    let seen = event;
    for (const extension of this.extensions) {
      const added = this.#added(extension, seen, rows, at, owners);
      if (added === false) return null;
      if (added === undefined) continue;
      for (const key of Object.keys(added)) owners.set(key, `extension ${extension.name}`);
      seen = { ...seen, ...added };
    }
    return seen;
  }

  /** `owners`: which extension added each name so far */
  #added(
    extension: LoadedExtension,
    event: ExtensionEvent,
    rows: DataView,
    at: number,
    owners: ReadonlyMap<string, string>,
  ): ReturnedFields {
    const { name, added: store, onEvent, decode } = extension;
    if (onEvent === undefined && (decode === undefined || isReturn(rows, at))) return undefined;
    const doing: Doing = { name, call: onEvent === undefined ? 'decode()' : 'onEvent()', event };
    const returned = guarded(doing, () => onEvent?.(event) ?? decode?.(this.#moduleData(rows, at)));
    const fields = checkedFields(returned, doing, (key) =>
      this.taken.has(key) ? 'the event' : (owners.get(key) ?? null),
    );
    if (fields === undefined || fields === false) return fields;
    const captured = this.rowOffsets.extraOf(extension);
    if (captured !== null) store?.put(rows, at, captured.at, fields);
    return fields;
  }

  #moduleData(rows: DataView, at: number): Uint8Array {
    const { at: offset, size } = this.rowOffsets.module ?? { at: 0, size: 0 };
    const start = rows.byteOffset + at + offset;
    return new Uint8Array(rows.buffer.slice(start, start + size));
  }
}
