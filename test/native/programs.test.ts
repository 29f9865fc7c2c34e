// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectPass, Fixtures } from '../support/addon/cxx-fixtures.js';
import { refusal } from '../support/addon/bpf-objects.js';

const fixtures = new Fixtures();
afterAll(() => fixtures.remove());

const reason = refusal();
const skipped = reason === null ? '' : ` (skipped: ${reason})`;

describe.skipIf(reason !== null)(
  `the BPF programs, run in the kernel by BPF_PROG_TEST_RUN,${skipped}`,
  () => {
    let program: string;
    beforeAll(
      () => void (program = fixtures.compile('programs', ['native/session/immediates.cc'], ['-lbpf'])),
      300_000,
    );

    it.each([
      ['missed_return', 'take no return for that of an earlier call in the same place'],
      ['unseen_ends', 'follow no more packets that were released than they remember'],
      ['shared_entry', 'keep lives apart that have the same entry'],
      ['null_skb', 'take NULL for no packet'],
      ['names', 'have the names of the table in ipft.h'],
    ])('%s: %s', (name) => expectPass(program, name));
  },
);
