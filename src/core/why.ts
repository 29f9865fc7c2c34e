// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only

/** What --why asks for, with the bits of the addon (native/symbols/function.h). */
export const WHYS = { nft: 1 } as const;

export type Why = keyof typeof WHYS;

export const WHY_WORDS = Object.keys(WHYS) as Why[];

export const whyBits = (why: readonly Why[]): number => why.reduce((bits, word) => bits | WHYS[word], 0);
