// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Option } from 'commander';
import { WHY_WORDS, type Why } from '../core/why.js';
import { completed, oneOf } from './completion/completer.js';
import { option } from './option.js';
import { parseChoice } from './values.js';

/** Answers with commas between them, each once. */
const parseWhy = (text: string): readonly Why[] => [
  ...new Set(text.split(',').map((word) => parseChoice('--why', WHY_WORDS)(word.trim()) as Why)),
];

/** Who decided about packets. */
export const whyOption = (): Option =>
  completed(
    option(
      '--why <answers>',
      'who decided about a packet: nft (the chains and rules of nftables and iptables-nft that it meets, with their texts); see docs/why.md',
      parseWhy,
    ),
    oneOf(WHY_WORDS),
  );
