// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { withoutEnds } from '../../src/core/batch.js';
import { decoder } from '../../src/results/decode.js';
import { batchesOf, OUTPUT_IDS, rendered, tracedOf, type Recording } from '../support/packets/recording.js';

/** Traces of Linux 6.12 with the text that each output wrote of them there; test/README.md says how they are made. */
const FOLDER = 'test/unit/recordings';

// What shows a trace must not need the addon: here there is none.
vi.mock('../../src/native/addon.js', () => {
  throw new Error('the addon is loaded');
});

const recordingOf = (name: string): Recording =>
  JSON.parse(readFileSync(`${FOLDER}/${name}.recording.json`, 'utf8')) as Recording;

describe.each(['function', 'function-graph'])('a recorded trace, without the addon: %s', (name) => {
  it.each(OUTPUT_IDS)('is shown as when it was recorded: %s', (id) => {
    const recording = recordingOf(name);
    const written = readFileSync(`${FOLDER}/${name}.${id}`, 'utf8');
    expect(rendered(id, tracedOf(recording), batchesOf(recording))).toBe(written);
  });
});

it.each(['function', 'function-graph'])('gives scripts events that agree with its JSON: %s', (name) => {
  const recording = recordingOf(name);
  const decode = decoder(tracedOf(recording));
  const events = batchesOf(recording).map(withoutEnds).flatMap(decode);
  const parsed: unknown = JSON.parse(
    JSON.stringify(events, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
  );
  const lines = readFileSync(`${FOLDER}/${name}.json`, 'utf8').trimEnd().split('\n');
  expect(parsed).toEqual(lines.map((line): unknown => JSON.parse(line)));
  expect(events.every(({ timestamp }) => typeof timestamp === 'bigint')).toBe(true);
});

it('these tests run without the addon, whose import fails', async () => {
  await expect(import('../../src/native/addon.js')).rejects.toThrow();
});
