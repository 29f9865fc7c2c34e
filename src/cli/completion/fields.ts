// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Candidate } from './completer.js';

/** Completes the list of --fields; the kernel's types are read only for that. */
export async function completeFields(word: string): Promise<Candidate[]> {
  const { fieldCandidates } = await import('../../run/fields/complete.js');
  return fieldCandidates(word).map(({ id, description }) => ({ value: id, description }));
}
