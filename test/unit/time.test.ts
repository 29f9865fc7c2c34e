// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../src/cli/parse.js';
import type { TimeFormat } from '../../src/core/clock.js';
import { outputs } from '../../src/outputs/index.js';
import { createOutput, type RenderOptions } from '../../src/results/render.js';
import { batchOf, CONTEXT, pack, textOf, type Event } from '../support/packets/rows.js';

/** With this uptime, more than a double holds exactly. */
const OFFSET = 1_699_999_990_000_000_000n;
const START = 9_999_999_999_999_990n;
const A = 0xffff888003211000n;
const B = 0xffff888003211100n;

const EVENTS: readonly Event[] = [
  { time: START, skb: A, function: 0, len: 84 },
  { time: START + 15n, skb: B, function: 0, len: 85 },
  { time: START + 1_000_000_020n, skb: A, function: 1, len: 84 },
];

/** The lines of an output, the first event of the trace being that of `firstNs`. */
function lines(id: string, format: TimeFormat, options: RenderOptions = {}): string[] {
  const descriptor = outputs.get(id);
  if (descriptor === undefined) throw new Error(`no output ${id}`);
  const time = { format, clock: { realOffsetNs: OFFSET, firstNs: START } };
  const output = createOutput(descriptor, CONTEXT, { time, ...options });
  const live = textOf([output.batch(batchOf(pack(EVENTS, new Map())))]);
  return `${output.head ?? ''}${live}${textOf(output.results())}`.trimEnd().split('\n');
}

const SINCE = [0n, 15n, 1_000_000_020n];
/** As Python's datetime has them. */
const REAL = [
  '2024-03-09T15:59:49.999999990Z',
  '2024-03-09T15:59:50.000000005Z',
  '2024-03-09T15:59:51.000000010Z',
];

describe('--time', () => {
  it('real is the wall clock, exact to the nanosecond across seconds', () => {
    expect(lines('stream', 'real').map((line) => line.trim().split(' ')[1])).toEqual(REAL);
  });

  it.each([
    ['relative', ['0.000000000', '0.000000015', '1.000000020']],
    ['delta', ['0.000000000', '0.000000015', '1.000000005']],
    ['monotonic', SINCE.map((ns) => (START + ns).toString())],
  ] as const)('%s', (format, expected) => {
    expect(lines('stream', format).map((line) => line.trim().split(/ +/)[1])).toEqual(expected);
  });

  it('delta is the time since the previous line, even if lines are not in order of time', () => {
    const shown = lines('aggregate', 'delta').filter((line) => line !== '===');
    expect(shown.map((line) => line.trim().split(' ')[0])).toEqual([
      '0.000000000',
      '1.000000020',
      '-1.000000005',
    ]);
  });

  it('JSON keeps its timestamp and has the time after it', () => {
    const events = lines('json', 'real').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.map(({ time }) => time)).toEqual(REAL);
    expect(lines('json', 'real')[0]).toContain(`"timestamp":${START},"time":"${REAL[0] ?? ''}",`);
    expect(lines('json', 'relative')[2]).toContain('"time":1000000020,');
  });

  it('CSV has it last', () => {
    const [head = '', first = '', , last = ''] = lines('csv', 'relative');
    expect(head.split(',').at(-1)).toBe('time');
    expect([first, last].map((line) => line.split(',').at(-1))).toEqual(['0', '1000000020']);
    expect(head.split(',')[2]).toBe('timestamp');
  });
});

it('--events-only leaves out the summary', () => {
  const descriptor = outputs.get('json');
  const summary = { matched: 0 } as never;
  const texts = [false, true].map((eventsOnly) =>
    textOf(
      descriptor === undefined ? [] : createOutput(descriptor, CONTEXT, { eventsOnly }).results(summary),
    ),
  );
  expect(texts).toEqual(['{"summary":{"matched":0}}\n', '']);
});

it.each([[['-o', 'aggregate']], [['-o', 'stream']], [['-o', 'csv']], [[]]])(
  '--events-only is for JSON: refused with %j',
  (output) => {
    expect(() => parseCommandLine(['-m', '1', '--events-only', ...output], '')).toThrow(
      expect.objectContaining({ exitCode: 2, remedy: '-o json' }),
    );
  },
);
