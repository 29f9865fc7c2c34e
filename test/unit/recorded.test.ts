// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it, vi } from 'vitest';
import { wantedRows } from '../../src/core/batch.js';
import { decoder } from '../../src/results/decode.js';
import { OUTPUT_IDS, recordingOf, RECORDINGS, rendered, written } from '../support/packets/recorded.js';

// What shows a trace must not need the addon: here there is none.
vi.mock('../../src/native/addon.js', () => {
  throw new Error('the addon is loaded');
});

/** No row that only marks a packet's end. */
const CALLS = { ends: false, drops: true };

const NAMES = Object.keys(RECORDINGS);

describe.each(NAMES)('a recorded trace, without the addon: %s', (name) => {
  it.each(OUTPUT_IDS)('is shown as when it was recorded: %s', async (id) => {
    const { traced, batches } = await recordingOf(name);
    expect(rendered(id, traced, batches)).toBe(written(name, id));
  });

  it('gives scripts events that agree with its JSON', async () => {
    const { traced, batches } = await recordingOf(name);
    const decode = decoder(traced);
    const events = batches.map((batch) => wantedRows(batch, CALLS)).flatMap(decode);
    const parsed: unknown = JSON.parse(
      JSON.stringify(events, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
    );
    const lines = written(name, 'json').trimEnd().split('\n');
    expect(parsed).toEqual(lines.map((line): unknown => JSON.parse(line)));
    expect(events.every(({ timestamp }) => typeof timestamp === 'bigint')).toBe(true);
  });
});

it('these tests run without the addon, whose import fails', async () => {
  await expect(import('../../src/native/addon.js')).rejects.toThrow();
});
