// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, expect, it } from 'vitest';
import { DEADBEEF, MARK } from '../../support/ipft/running.js';
import { restartingTraces, traceProcess } from '../../support/ipft/process.js';
import { AUTO, cleanUp, leftovers } from '../../support/kernel/kernel.js';
import { LONG, SKIPS_LONG } from '../../support/kernel/long.js';
import { pause, pidsOf, signalIfThere } from '../../support/kernel/system.js';
import { IS_WHOLE } from '../../support/whole.js';

/** So many functions that attaching and detaching take a considerable part of the time. */
const FUNCTIONS = '^ip_';
const PROCESSES = IS_WHOLE ? 5 : 2;
const TRACES = 4;

afterEach(cleanUp);

/** Kills a process with its traces, each in any state between start and end; returns their last states and how many there were. */
async function killed(keepersToo: boolean): Promise<string[]> {
  const traces = { mark: DEADBEEF, function: FUNCTIONS, backend: AUTO, traces: TRACES };
  const running = restartingTraces(traces);
  // The first traces read the kernel's functions, all at the same time.
  await running.runsUntil('a trace that has ended', () => running.stdout.includes('ended'));
  await pause(1000 + Math.random() * 1000);
  running.child.kill('SIGKILL');
  if (keepersToo) for (const pid of pidsOf('probe-keeper')) signalIfThere(pid, 'SIGKILL');
  const { stdout } = await running.ended;
  return Array.from({ length: TRACES }, (_, number) => {
    const states = stdout.split('\n').filter((line) => line.startsWith(`${number} `));
    return `${states.at(-1)} ${states.length}`;
  });
}

it.skipIf(SKIPS_LONG)(
  `SIGKILL of ${PROCESSES * TRACES} traces at random moments leaves nothing in the kernel after another trace has started and ended${LONG}`,
  async () => {
    const reached: string[] = [];
    for (let round = 0; round < PROCESSES; round++)
      // Every second time the probe-keepers are killed too, so that no process is left that removes the probes.
      reached.push(...(await killed(round % 2 === 1)));
    console.log(`${reached.join(', ')}; ${leftovers().length} objects left`);
    const { code } = await (await traceProcess(['-m', MARK, '-r', FUNCTIONS, '-b', AUTO])).end();
    expect(code).toBe(0);
    // cleanUp() above waits until nothing is left in the kernel.
  },
);
