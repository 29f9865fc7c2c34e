// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { countsOf, lateOf } from '../support/ipft/results.js';

/** What the tests in guests read from stderr: a line that they do not know must fail them. */
const stderr = (...lines: string[]): string => ['Trace ready!', ...lines, 'Trace done!', ''].join('\n');
const LOST =
  'warning: 50.0 % of the trace is missing: 5 of 10 events were lost, since the ring buffer was full';

describe('the closing lines of stderr', () => {
  it('report samples, losses and missed calls', () => {
    const missed = 'warning: 3 calls were missed, since another BPF program was running on their CPU';
    const text = stderr('Samples: 5 Lost: 5', LOST, 'Try: --perf-page-count 64', missed);
    expect(countsOf(text)).toEqual({ samples: 5, lost: 5, missed: 3 });
  });

  it('report late events, which do not count as lost', () => {
    const text = stderr('Samples: 5 Lost: 0', '2 events came too late to be printed in order of time');
    expect(countsOf(text)).toEqual({ samples: 5, lost: 0, missed: 0 });
    expect(lateOf(text)).toBe(2);
  });

  it('report what tracing took', () => {
    const took =
      'Tracing took 2.8 % of a CPU (1.4 % of each of 2) for 28 calls that did not match of 49.4 ns and 20 that did; ipft itself took 7 %';
    expect(countsOf(stderr('Samples: 5 Lost: 0', took)).samples).toBe(5);
  });

  it.each([
    ['a remark that is not known', stderr('Samples: 5 Lost: 0', 'something else'), /no known remark/],
    ['a remedy without a warning', stderr('Samples: 5 Lost: 0', 'Try: this'), /no known remark/],
    ['a loss without words', stderr('Samples: 5 Lost: 5'), /not told in words/],
    ['a loss in words with another number', stderr('Samples: 5 Lost: 6', LOST), /not told in words/],
    ['no counters', stderr(), /no line of counters/],
  ])('%s is an error', (_, text, message) => {
    expect(() => countsOf(text)).toThrow(message);
  });
});
