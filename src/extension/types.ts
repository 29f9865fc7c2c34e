// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Read } from '../core/reads.js';
import type { Column } from '../core/column.js';
import type { ExtensionEvent } from './public.js';
import type { AddedMembers } from './added-members.js';

/** An extension of any kind, as a trace uses it. */
export interface LoadedExtension {
  /** for messages */
  readonly name: string;
  readonly path: string;
  /** true: without --fields nothing is shown beside its own fields, as by ipftrace2 */
  readonly isAlone: boolean;
  readonly columns: readonly Column[];
  /** what it reads beside its columns */
  readonly reads: readonly Read[];
  /** the BPF object with module() */
  readonly module?: Uint8Array;
  /** what events must be, as --where has it */
  readonly where?: string | undefined;
  /** what it adds to events; null: nothing */
  readonly added: AddedMembers | null;
  /** Called for each event. */
  readonly onEvent?: ((event: ExtensionEvent) => unknown) | undefined;
  /** Called for each call, with what module() has written. */
  readonly decode?: (data: Uint8Array) => unknown;
  /** Called when a packet is gone; returns lines of text or an object, or nothing. */
  readonly onPacket?: ((events: readonly ExtensionEvent[]) => unknown) | undefined;
  /** The trace has ended. */
  close?(): void;
}
