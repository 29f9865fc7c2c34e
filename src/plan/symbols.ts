// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Addon } from '../native/types.js';
import { kernelState } from '../machine/kernel-state.js';

/** Of what the addon knows the symbols. */
let known: string | null = null;

/** Modules have come or gone: each trace asks kallsyms again. */
export function forgetSymbols(addon: Addon): void {
  addon.forgetSymbols();
  known = null;
}

/** Names the kernel's code at addresses, for one trace: as kallsyms has it when the first one is asked for, or after forgetSymbols(). */
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
