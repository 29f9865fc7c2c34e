// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Read } from '../core/reads.js';
import type { Column } from '../core/column.js';
import type { ExtensionEvent } from './public.js';
import type { AddedMembers } from './added-members.js';

/** A loaded extension of any kind. */
export interface LoadedExtension {
  /** its name in messages */
  readonly name: string;
  readonly path: string;
  /** true: without --fields only its own fields are shown, as in ipftrace2 */
  readonly isAlone: boolean;
  readonly columns: readonly Column[];
  /** data that it reads besides its columns */
  readonly reads: readonly Read[];
  /** the BPF object with module() */
  readonly module?: Uint8Array;
  /** which packets to trace, in the syntax of --where */
  readonly where?: string | undefined;
  /** the members that it adds to events; null: none */
  readonly added: AddedMembers | null;
  /** Called for each event. */
  readonly onEvent?: ((event: ExtensionEvent) => unknown) | undefined;
  /** Called for each call, with the data that module() has written. */
  readonly decode?: (data: Uint8Array) => unknown;
  /** Called when a packet is freed; returns lines of text, an object or nothing. */
  readonly onPacket?: ((events: readonly ExtensionEvent[]) => unknown) | undefined;
  /** Called when the trace has ended. */
  close?(): void;
}
