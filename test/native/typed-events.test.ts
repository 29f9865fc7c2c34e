// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { trace, type AnyEvent } from '../../src/index.js';
import { ping } from '../support/traffic/traffic.js';
import { addon } from '../support/addon/addon.js';
import { JSON_TYPES } from '../support/addon/json-types.js';
import { refusal } from '../support/addon/bpf-objects.js';

/** No other trace on this machine has this mark. */
const MARK = 0x1bf70e79;
const reason = refusal();

/** A ping's events with these fields. */
async function traced(fields: string): Promise<AnyEvent[]> {
  const run = trace({ mark: MARK, backend: 'tracepoint', fields });
  await run.ready;
  await ping(MARK);
  run.stop();
  const events: AnyEvent[] = [];
  for await (const event of run) events.push(event);
  expect(events.length).toBeGreaterThan(3);
  return events;
}

/** So many that their bytes find room beside one another. */
const AT_A_TIME = 5;
/** What is there on this kernel, by tracepoints; nft needs functions (test/kernel/differences/nft.test.ts). */
const names = Object.keys(JSON_TYPES).filter(
  (name) => name !== 'nft' && (name !== 'reason' || addon.readDropReasons() !== null),
);
const lists = names.flatMap((_, at) =>
  at % AT_A_TIME === 0 ? [names.slice(at, at + AT_A_TIME).join()] : [],
);

describe.skipIf(reason !== null)(
  `typed events${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 60_000 },
  () => {
    it.each(lists)('have the declared types: %s', async (list) => {
      for (const event of await traced(list))
        for (const [name, type] of Object.entries(JSON_TYPES))
          if (list.split(',').includes(name) && event[name] !== null)
            expect(type, name).toContain(typeof event[name]);
    });

    it('have bigints for integers that numbers cannot represent exactly', async () => {
      // ~0UL, unless somebody has set it.
      const fields = ['task->flags', 'sk->sk_max_pacing_rate'] as const;
      const run = trace({ mark: MARK, backend: 'tracepoint', fields });
      await run.ready;
      await ping(MARK);
      run.stop();
      const rates = new Set<unknown>();
      for await (const event of run) {
        expect(typeof event['task->flags']).toBe('number');
        rates.add(event['sk->sk_max_pacing_rate']);
      }
      expect(rates).toContain(2n ** 64n - 1n);
      expect(rates).not.toContain(Number(2n ** 64n));
    });
  },
);
