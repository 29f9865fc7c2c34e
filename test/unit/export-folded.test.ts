// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { UNKNOWN_TYPE } from '../../src/core/column.js';
import { exported } from '../support/packets/exported.js';
import { recordingOf, written } from '../support/packets/recorded.js';

const stacksOf = async (name: string): Promise<Map<string, number>> => {
  const { traced, batches } = await recordingOf(name);
  const lines = exported('folded', traced, batches).toString().trimEnd().split('\n');
  return new Map(
    lines.map((line) => {
      const [, stack = '', ns] = /^(\S+) (\d+)$/.exec(line) ?? [];
      return [stack, Number(ns)];
    }),
  );
};

interface Line {
  readonly packet: number;
  readonly timestamp: number;
  readonly function: string;
  readonly is_return: boolean;
  readonly duration_ns: number | null;
}

const linesOf = (name: string): Line[] =>
  written(name, 'json')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

it('without returns a function has the time until the next one of its packet', async () => {
  const expected = new Map<string, number>();
  const last = new Map<number, Line>();
  for (const line of linesOf('function')) {
    const before = last.get(line.packet);
    if (before !== undefined)
      expected.set(before.function, (expected.get(before.function) ?? 0) + line.timestamp - before.timestamp);
    last.set(line.packet, line);
  }
  expect(await stacksOf('function')).toEqual(expected);
});

it('with returns stacks are as the calls were nested, and have the time without the calls within', async () => {
  const stacks = await stacksOf('function-graph');
  const nested = 'ip_output;ip_finish_output;ip_finish_output2;ip_rcv;ip_local_deliver';
  expect([...stacks.keys()].some((stack) => stack.startsWith(nested))).toBe(true);
  const totals = new Map<string, number>();
  for (const [stack, ns] of stacks)
    for (const name of new Set(stack.split(';'))) totals.set(name, (totals.get(name) ?? 0) + ns);
  for (const name of ['ip_output', 'ip_rcv', 'icmp_rcv']) {
    const durations = linesOf('function-graph').filter((line) => line.function === name && line.is_return);
    expect(totals.get(name)).toBe(durations.reduce((sum, { duration_ns: ns }) => sum + (ns ?? 0), 0));
  }
});

it('names from strangers have nothing that separates', async () => {
  const { traced, batches } = await recordingOf('function');
  const names = traced.functions.names.map(() => 'a b;c%\u2028');
  const hostile = {
    ...traced,
    functions: { ...traced.functions, names, returnType: () => UNKNOWN_TYPE },
  };
  expect(exported('folded', hostile, batches).toString()).toMatch(/^a%20b%3Bc%25%E2%80%A8 \d+\n$/);
});
