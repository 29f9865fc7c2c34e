// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { NativeTable } from '../../../src/core/function-table.js';
import type { Addon } from '../../../src/native/types.js';
import { loadAddon } from '../home.js';

/** The built addon, with the sources that tests may replace. */
export interface TestAddon extends Omit<
  Addon,
  | 'readFunctions'
  | 'readBodyOffsets'
  | 'readTracepoints'
  | 'readEnumByName'
  | 'readCauseSources'
  | 'resolvePath'
> {
  /** `text`: bounds of the kernel's own code, start, and end (exclusive); 0n = unknown */
  readBodyOffsets(
    options: ({ table: NativeTable } | { addresses: BigUint64Array; text: BigUint64Array }) & {
      stacks?: boolean;
      kcore?: string;
    },
  ): ReturnType<Addon['readBodyOffsets']>;
  readTracepoints(options?: { btf: string }): ReturnType<Addon['readTracepoints']>;
  readEnumByName(name: string, options?: { btf: string }): ReturnType<Addon['readEnumByName']>;
  readCauseSources(options?: { btf: string }): ReturnType<Addon['readCauseSources']>;
  resolvePath(path: string, options?: { btf: string }): ReturnType<Addon['resolvePath']>;
  readFunctions(options: {
    tracefs: string | null;
    btf?: string;
    moduleBtf?: string;
    modules?: string;
    kallsyms?: string;
    blacklist?: string;
    knownFunctions?: string;
    cache?: string;
  }): ReturnType<Addon['readFunctions']>;
}

export const addon = loadAddon() as TestAddon;
