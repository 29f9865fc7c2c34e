// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { parseTrace } from '../support/witnesses/trace-events.js';

/** As the kernel writes it where an interrupt comes between an event and its stack. */
const INTERRUPTED = `
          sender-77      [000] .....     5.000001: outer: (ip_output+0x0/0x10) caller=ip_send_skb+0x86/0xa0
          sender-77      [001] .....     5.000002: other: (ip_rcv+0x0/0x10) caller=other+0x1/0x2
          sender-77      [000] ..s..     5.000003: inner: (ip_rcv+0x0/0x10) caller=process_backlog+0x10/0x20
          sender-77      [000] ..s..     5.000004: <stack trace>
 => ip_rcv+0x1/0x10
 => process_backlog+0x10/0x20
          sender-77      [001] .....     5.000005: <stack trace>
 => other+0x1/0x2
          sender-77      [000] .....     5.000006: <stack trace>
 => ip_output+0x1/0x10
 => ip_send_skb+0x86/0xa0
`;

it('gives each trace event its own stack, also where an interrupt comes before the stack', () => {
  expect(parseTrace(INTERRUPTED).map(({ name, stack }) => [name, stack])).toEqual([
    ['outer', ['ip_output+0x1', 'ip_send_skb+0x86']],
    ['other', ['other+0x1']],
    ['inner', ['ip_rcv+0x1', 'process_backlog+0x10']],
  ]);
});
