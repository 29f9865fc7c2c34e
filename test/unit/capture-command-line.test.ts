// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { parse, usageError } from '../support/ipft/command-line.js';

it.each<[string[], RegExp, RegExp]>([
  [
    ['-m', '1', '-w', 'a', '--output-file', 'a'],
    /--write: a is already written by --output-file/,
    /another file/,
  ],
  [['-m', '1', '-w', '-'], /--write -: stdout has the results already/, /ipft record -w -/],
  [['-m', '1', '--no-command-line'], /--no-command-line: there is no capture file/, /-w FILE/],
  [['record', '-m', '1', '-w', '-', '--rotate', '1MB'], /--rotate: -w - writes no files/, /-w PATH/],
  [['record', '-m', '1', '-w', 'a', '--rotate', '5kB'], /a capture file has 64000 B at least/, /100MB/],
  [
    ['record', '-m', '1', '-w', 'a', '--rotate', '1MB', '--ring', '1MB'],
    /--rotate: with --ring each trigger writes a file/,
    /no --ring/,
  ],
  [['record', '-m', '1'], /--write/, /ipft record --help/],
  [['record', '-w', 'a'], /neither a mark nor a filter/, /-m/],
  [['record', '-m', '1', '-w', 'a', '-o', 'json'], /unknown option '-o'/, /ipft record --help/],
  [['record', '-m', '1', '-w', 'a', '--trigger', 'drop'], /--trigger: no events are kept/, /--ring 64MB/],
  [['record', '-m', '1', '-w', 'a', '--trigger-count', '1'], /--trigger-count: no events/, /--ring 64MB/],
  [['record', '-m', '1', '-w', 'a', '--trigger-after', '1s'], /--trigger-after: no events/, /--ring 64MB/],
  [['record', '-m', '1', '-w', '-', '--ring', '1MB'], /--ring: each trigger writes a file/, /-w PATH/],
  [['record', '-m', '1', '-w', 'a', '--ring', '10'], /--ring: expected a size/, /--ring 100MB/],
  [['record', '-m', '1', '-w', 'a', '--ring', '1MB', '--trigger', 'drops'], /received 'drops'/, /drop/],
  [['record', '-m', '1', '-w', 'a', '--ring', '1MB', '--trigger', 'drop:'], /received 'drop:'/, /drop/],
  [
    ['record', '-m', '1', '-w', 'a', '--ring', '1MB', '--trigger', 'age>fast'],
    /expected age> and a time .* received 'age>fast'/,
    /--trigger 'age>10ms'/,
  ],
  [
    ['record', '-m', '1', '-w', 'a', '--ring', '1MB', '--trigger', 'where:skb->len =='],
    /^--trigger where 'skb->len ==': it ends too early/,
    /comparisons of paths/,
  ],
  [['show'], /missing required argument 'file'/, /ipft show --help/],
  [['show', 'a', '--packet', '0'], /--packet/, /--packet 1/],
  [['show', 'a', '--since', '5'.repeat(30)], /--since/, /--since 1.5s/],
  [['show', 'a', '--family', '-o', 'json'], /--family/, /-o aggregate/],
  [['show', 'a', '--events-only'], /--events-only: it requires -o json/, /-o json/],
  [['show', 'a', '--drops', '-o', 'csv'], /--drops/, /-o aggregate/],
])('%j is refused', (argv, message, remedy) => {
  const error = usageError(...argv);
  expect(error.message).toMatch(message);
  expect(error.remedy).toMatch(remedy);
  expect(error.exitCode).toBe(2);
});

it('ipft record takes the options of a trace, and a command', () => {
  const words = 'record -m 1 -w a -r ^ip_ -f len --replies --also json=b --count 5 -- true 1'.split(' ');
  expect(parse(...words)).toMatchObject({
    kind: 'subcommand',
    name: 'record',
    options: {
      ...{ mark: 1, write: 'a', output: null, fields: 'len', count: 5, command: ['true', '1'] },
      also: [{ output: 'json', file: 'b' }],
      selection: { function: /^ip_/ },
    },
  });
});

it('ipft show takes files, and what of them is shown', () => {
  const words = 'show a b -o csv --packet 3,12 --since 1.5s --until 99 -f len --fail-on-loss'.split(' ');
  expect(parse(...words)).toMatchObject({
    kind: 'subcommand',
    name: 'show',
    options: {
      ...{ files: ['a', 'b'], output: 'csv', fields: 'len', drops: false, failOnLoss: true },
      packets: new Set([3, 12]),
      since: { ns: 1_500_000_000n, isSinceFirst: true },
      until: { ns: 99n, isSinceFirst: false },
    },
  });
});

it('ipft record takes what the flight recorder keeps, and when it writes', () => {
  const words = 'record -m 1 -w a --ring 1MB --trigger drop:skb_drop_reason_no_socket --trigger age>1.5ms';
  expect(parse(...words.split(' '), '--trigger', 'where:1', '--trigger-after', '50ms')).toMatchObject({
    options: {
      recorder: {
        ...{ size: 1_000_000, most: undefined, afterMs: 50 },
        triggers: [
          { kind: 'drop', reason: 'NO_SOCKET', text: 'drop:skb_drop_reason_no_socket' },
          { kind: 'age', ns: 1_500_000, text: 'age>1.5ms' },
          { kind: 'where', condition: { kind: 'number', value: 1n }, text: 'where:1' },
        ],
      },
    },
  });
  expect(parse('record', '-m', '1', '-w', 'a')).toMatchObject({ options: { recorder: undefined } });
});
