// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Option } from 'commander';
import { checks } from '../checks/index.js';
import { completed, oneOf } from './completion/completer.js';
import { describe, option } from './option.js';
import { CHECK_VALUES, FOLLOW_VALUES, parseChecks, parseFollow } from './values.js';

/** What is followed besides the packets that match. */
export function followOptions(): Option[] {
  return [
    completed(
      option(
        '--follow <relatives>',
        `relatives of packets that are followed, whatever their mark: ${FOLLOW_VALUES.join(', ')}; the default is all`,
        parseFollow('--follow'),
      ),
      oneOf(FOLLOW_VALUES),
    ),
    new Option('--no-follow', 'follow only the packets that match: the same as --follow none'),
    new Option(
      '--replies',
      "follow the kernel's answers to a packet, too: echo replies, ICMP errors, RST; the same as replies in --follow",
    ),
  ];
}

export const familyOption = (): Option =>
  new Option(
    '--family',
    'with -o aggregate, a group for each family of packets: a tree of packets and what was made from them',
  );

/** What is checked of packets. */
export function checkOptions(): Option[] {
  return [
    completed(
      option(
        '--check <checks>',
        `check packets at each event, and show what is wrong below it: ${describe(checks)}, or none; --family checks gso unless this says otherwise`,
        parseChecks('--check'),
      ),
      oneOf(CHECK_VALUES),
    ),
    new Option('--fail-on-check', 'exit with 9 if a check finds something wrong'),
  ];
}

/** What is followed, how it is shown, and what of it is checked. */
export const familyOptions = (): Option[] => [...followOptions(), familyOption(), ...checkOptions()];
