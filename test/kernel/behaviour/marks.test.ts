// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, describe, expect, it } from 'vitest';
import { type Running } from '../../support/ipft/running.js';
import { trace } from '../../support/ipft/in-process.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { parseJson } from '../../support/ipft/results.js';
import { ping } from '../../support/traffic/traffic.js';

const IP_OUTPUT = ['-r', '^ip_output$', '-o', 'json'];
const MARKS = [0x1f0, 0xf0, 0xf00000f0, 0x1e0, 0x10f, 0xdeadbeef];

/** The marks of the traced packets, in order. An unmarked ping has 0, and so has each reply. */
const marksOf = async (running: Running): Promise<number[]> =>
  parseJson((await running.end()).stdout).map(({ mark }) => mark);

afterEach(cleanUp);

describe('-m and --mask', () => {
  it('select packets by the bits of the mask, in four traces at once', async () => {
    const start = (...args: string[]): Promise<Running> => trace([...args, ...IP_OUTPUT]);
    const masked = await start('-m', '0xf0', '--mask', '0xf0');
    // bits outside the mask are ignored, both in the packet's mark and in -m
    const outside = await start('-m', '0xffff', '--mask', '0xf0');
    const unmarked = await start('-m', '0');
    const every = await start('-m', '0xdeadbeef', '--mask', '0');
    for (const mark of MARKS) await ping(mark);
    await ping();
    const seen = [await marksOf(masked), await marksOf(outside), await marksOf(unmarked)];
    const matching = MARKS.filter((mark) => (mark & 0xf0) === 0xf0);
    expect(matching).toEqual([0x1f0, 0xf0, 0xf00000f0]);
    expect(seen[0]).toEqual(matching);
    expect(seen[1]).toEqual(matching);
    // the replies to all pings, and the unmarked ping itself
    expect(seen[2]).toEqual(Array.from({ length: MARKS.length + 2 }, () => 0));
    const all = await every.end();
    const marks = parseJson(all.stdout).map(({ mark }) => mark);
    expect(marks).toEqual([...MARKS.flatMap((mark) => [mark, 0]), 0, 0]);
    expect(all.stderr).toContain('warning: --mask 0 compares no bit of the mark: every packet matches');
  });
});
