// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { TRACE_DEFAULTS } from '../../src/core/options.js';
import { FOLLOW_ALL } from '../../src/core/relation.js';
import { accounts, losses } from '../../src/engine/losses.js';
import { parse, usageError } from '../support/ipft/command-line.js';
import { NOTHING_MISSING } from '../support/ipft/counters.js';

describe('--follow and --family', () => {
  it.each<[string, readonly string[]]>([
    ['none', []],
    ['all', ['clones', 'copies', 'segments', 'fragments', 'rebuilt', 'merges', 'reassembly']],
    ['clones', ['clones']],
    ['segments, clones,merges', ['segments', 'clones', 'merges']],
  ])('follows relatives: --follow %s', (text, follow) => {
    expect(parse('-m', '1', '--follow', text)).toHaveProperty('options.follow', follow);
  });

  it('follows no relatives with --no-follow', () => {
    expect(parse('-m', '1', '--no-follow')).toHaveProperty('options.follow', []);
    expect(parse('-m', '1', '--follow', 'clones', '--no-follow')).toHaveProperty('options.follow', []);
    expect(parse('-m', '1', '--no-follow', '--follow', 'clones')).toHaveProperty('options.follow', [
      'clones',
    ]);
  });

  it('follows answers of the kernel only if asked, whatever else is followed', () => {
    expect(parse('-m', '1', '--replies')).toHaveProperty('options.follow', [...FOLLOW_ALL, 'replies']);
    expect(parse('-m', '1', '--replies', '--follow', 'clones')).toHaveProperty('options.follow', [
      'clones',
      'replies',
    ]);
    expect(parse('-m', '1', '--replies', '--no-follow')).toHaveProperty('options.follow', ['replies']);
    expect(parse('-m', '1', '--follow', 'replies')).toHaveProperty('options.follow', ['replies']);
  });

  it('follows all relatives by default, as far as the backend sees them, and with --family', () => {
    expect(parse('-m', '1')).not.toHaveProperty('options.follow');
    expect(TRACE_DEFAULTS.follow).toEqual(FOLLOW_ALL);
    const options = { family: true, follow: FOLLOW_ALL };
    expect(parse('-m', '1', '--family')).toMatchObject({ options });
    expect(parse('-m', '1', '--family', '--follow', 'clones')).toMatchObject({
      options: { family: true, follow: ['clones'] },
    });
    expect(parse('-m', '1', '--family', '-o', 'json', '--also', 'aggregate=a')).toMatchObject({ options });
  });

  it('check nothing by default, and everything with --family', () => {
    expect(parse('-m', '1')).not.toHaveProperty('options.check');
    expect(parse('-m', '1', '--check', 'gso')).toHaveProperty('options.check', ['gso']);
    expect(parse('-m', '1', '--family')).toHaveProperty('options.check', ['gso']);
    expect(parse('-m', '1', '--family', '--check', 'none')).toHaveProperty('options.check', []);
    expect(parse('-m', '1', '--family', '--fail-on-check')).toHaveProperty('options.failOnCheck', true);
  });

  it.each<[string[], RegExp, RegExp]>([
    [['-m', '1', '--check', 'tso'], /--check: expected one of gso, none, received 'tso'/, /--check gso/],
    [['-m', '1', '--check', 'gso,none'], /--check: none stands alone/, /--check none/],
    [['-m', '1', '--fail-on-check'], /--fail-on-check: nothing is checked/, /--check gso/],
    [['-m', '1', '--family', '--check', 'none', '--fail-on-check'], /nothing is checked/, /--check gso/],
    [['--list', '--check', 'gso'], /--list: it lists functions, and checks no packets/, /leave --check out/],
    ...['all', 'none'].map(
      (word) =>
        [
          ['-m', '1', '--follow', `clones,${word}`],
          /--follow: all and none stand alone, received 'clones,(all|none)'/,
          /--follow all/,
        ] as [string[], RegExp, RegExp],
    ),
    [
      ['-m', '1', '--follow', 'clones,cousins'],
      /--follow: expected one of clones, copies, .*, all, none, received 'cousins'/,
      /--follow clones/,
    ],
    [['-m', '1', '--follow', ''], /--follow: expected one of .*, received ''/, /--follow clones/],
    [['-m', '1', '--family', '-o', 'json'], /--family: only -o aggregate shows/, /^-o aggregate$/],
    [['-m', '1', '--family', '-o', 'stream', '--also', 'csv=a'], /--family: only/, /^-o aggregate$/],
    [['-m', '1', '--family', '--drops'], /--family: it does not go with --drops/, /one of the two/],
    [['--family', '--list'], /--list: it lists functions, not families/, /leave --family out/],
    [
      ['-m', '1', '--family', '-t', 'function_graph'],
      /--family: it does not go with --tracer function_graph/,
      /--tracer function/,
    ],
    [['-m', '1', '--family', '--follow', 'none'], /--family: with --follow none no packet/, /--follow all/],
    [['-m', '1', '--family', '--no-follow'], /--family: with --follow none no packet/, /--follow all/],
  ])('are refused: %j', (argv, message, remedy) => {
    const error = usageError(...argv);
    expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
    expect(error.exitCode).toBe(2);
  });
});

describe('what is missing of families', () => {
  it('are relations that were lost, and relatives that were not followed', () => {
    const family = { ...NOTHING_MISSING, relations: 40, lostRelations: 3, unfollowed: 2 };
    expect(losses(family, 64, 0, 'kprobe')).toEqual([
      {
        text: '3 of 40 relations between packets were lost, since the ring buffer was full: the parents of these packets are unknown',
        remedy: 'a larger --perf-page-count, or fewer events: --regex, --sample',
      },
      {
        text: '2 relatives of packets were not followed, since too many packets were followed at the same time',
        remedy: 'fewer packets: a narrower filter, --sample, --follow',
      },
    ]);
    expect(losses({ ...NOTHING_MISSING, followed: 7, relations: 40 }, 64, 0, 'kprobe')).toEqual([]);
  });

  it('is in the summary', () => {
    const family = { ...NOTHING_MISSING, followed: 4, relations: 40, lostRelations: 3, unfollowed: 2 };
    const nothing = { dropped: 0, cut: 0, drops: null };
    expect(accounts(family, 10, nothing)).toMatchObject({
      ...{ matched: 10, delivered: 10, followed: 4, relations: 40, lost_relations: 3, unfollowed: 2 },
    });
  });
});
