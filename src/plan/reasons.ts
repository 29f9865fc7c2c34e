// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { EnumMembers } from '../core/column.js';
import { errnoName } from '../core/errno.js';
import type { KernelNames } from '../core/traced.js';
import { enumName } from '../core/value.js';
import type { Addon } from '../native/types.js';
import { native } from '../native/call.js';
import { kernelState } from '../machine/kernel-state.js';

/**
 * Prefix of the kernel's own reasons; reasons of subsystems have prefixes that name the subsystem, which are
 * kept.
 */
const REASON_PREFIX = /^SKB_DROP_REASON_/;

export const withoutPrefix = (name: string): string => name.replace(REASON_PREFIX, '');

const MAX_ERRNO = 4095;

type Names = ReturnType<Addon['readDropReasons']>;

/**
 * The kernel's names for drop reasons: read when first needed, and again for an unknown reason, which a new
 * module may have brought.
 */
class ReasonNames {
  #names: Names | undefined;
  /** kernelState() when the names were read */
  #state: string | null = null;
  readonly #unknown = new Set<number>();

  constructor(private readonly addon: Addon) {}

  get all(): Names {
    return this.#names === undefined ? this.#read() : this.#names;
  }

  name(reason: number): string | null {
    const name = this.all?.[reason];
    if (name !== undefined) return name;
    if (this.#unknown.has(reason)) return null;
    this.#unknown.add(reason);
    return this.#state === kernelState() ? null : (this.#read()?.[reason] ?? null);
  }

  #read(): Names {
    this.#state = kernelState();
    this.#names = native('reading the drop reasons', () => this.addon.readDropReasons());
    return this.#names;
  }
}

/** `ENOMEM` for -12; null for values that are not errors. */
export const errorName = (value: number): string | null =>
  value < 0 && value >= -MAX_ERRNO ? errnoName(-value) : null;

/** Names of what sources of causes report. */
function causeReader(addon: Addon): KernelNames['cause'] {
  let known: ReturnType<Addon['readCauseSources']> | undefined;
  const enums = new Map<string, EnumMembers | null>();
  return (number, value) => {
    known ??= native('reading the tracepoints of drops', () => addon.readCauseSources());
    const source = known[number - 1];
    if (source === undefined) return null;
    const { tracepoint, enumName: name } = source;
    if (name === null) return [tracepoint, errorName(value) ?? []].flat().join(' ');
    if (!enums.has(name))
      enums.set(
        name,
        native('reading an enum', () => addon.readEnumByName(name)),
      );
    return withoutPrefix(enumName(enums.get(name) ?? null, value, 32));
  };
}

/** The running kernel's names for drop reasons and causes. */
export function reasonNames(addon: Addon): Pick<KernelNames, 'dropReason' | 'hasDropReasons' | 'cause'> {
  const names = new ReasonNames(addon);
  return {
    dropReason: (reason) => {
      const name = names.name(reason);
      return name === null ? null : withoutPrefix(name);
    },
    hasDropReasons: () => names.all !== null,
    cause: causeReader(addon),
  };
}
