// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Loss } from '../core/consumer.js';

/** The loss of events that were taken from the kernel but never reached stdout, or `file`. */
export function backlog(unwritten: number, printed: number, file?: string): Loss {
  const text = `${unwritten} of ${printed} events were not written`;
  if (file !== undefined) return { text: `${text} to ${file}` };
  return {
    text: `${text}: the reader of stdout did not take them`,
    remedy: 'a reader that stays and keeps up, or a file',
  };
}
