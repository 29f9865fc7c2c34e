// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Addon } from '../native/types.js';
import { kernelState } from '../machine/kernel-state.js';

/** kernelState() for which the addon has read the symbols. */
let known: string | null = null;

/** Called when modules have come or gone: each trace then reads kallsyms again. */
export function forgetSymbols(addon: Addon): void {
  addon.forgetSymbols();
  known = null;
}

/**
 * Returns a function that names addresses in kernel code, for one trace; kallsyms is read at its first call,
 * and again after forgetSymbols().
 */
export function symbolReader(addon: Addon): (address: bigint) => string {
  let isCurrent = false;
  return (address) => {
    if (!isCurrent) {
      const now = kernelState();
      if (now === null || now !== known) addon.forgetSymbols();
      known = now;
      isCurrent = true;
    }
    return addon.symbolAt(address) ?? `0x${address.toString(16)}`;
  };
}
