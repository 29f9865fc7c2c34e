// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { KernelNames } from '../core/traced.js';
import { namespaceNames } from '../machine/netns-name.js';
import { native } from '../native/call.js';
import type { Addon } from '../native/types.js';
import type { NftSteps } from '../nft/steps.js';
import { reasonNames } from './reasons.js';
import { symbolReader } from './symbols.js';

/** The running kernel's names, each read when it is first needed. */
export function kernelNames(addon: Addon, nft: NftSteps | null): KernelNames {
  return {
    enumMembers: (enumerator) => native('reading an enum', () => addon.readEnum(enumerator)),
    enumByName: (name) => native('reading an enum', () => addon.readEnumByName(name)),
    symbol: symbolReader(addon),
    ...reasonNames(addon),
    namespaceName: namespaceNames(),
    nftStep: (decision) => nft?.step(decision) ?? null,
  };
}
