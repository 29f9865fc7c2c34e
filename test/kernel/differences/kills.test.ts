import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { MARK } from '../../support/ipft/running.js';
import { IpftProcess, keeperPid, traceProcess } from '../../support/ipft/process.js';
import { AUTO, cleanUp, leftovers } from '../../support/kernel/kernel.js';
import { now, pause, pidsOf, signalIfThere, until } from '../../support/kernel/system.js';

const ROUNDS = 20;
/** Enough functions that attaching and detaching take part of the time. */
const ARGS = ['-m', MARK, '-r', '^ip_', '-b', AUTO];

const folder = mkdtempSync(join(tmpdir(), 'ipft-kills-'));

afterEach(cleanUp);

const since = ({ started }: IpftProcess): number => Number(now() - started) / 1e6;

/** When, in ms from its start, a trace has its probe-keeper, and when it ends if that is asked for as soon as it runs. */
async function life(): Promise<{ keeper: number; end: number }> {
  const ready = join(folder, 'ready-life');
  rmSync(ready, { force: true });
  const running = new IpftProcess([...ARGS, '--ready-file', ready]);
  await running.runsUntil('the probe-keeper', keeperPid);
  const keeper = since(running);
  await running.runsUntil('the ready file', () => existsSync(ready));
  await running.end();
  const end = since(running);
  await until('the end of the probe-keeper', () => pidsOf('probe-keeper').length === 0);
  return { keeper, end };
}

/** A trace that is ended as soon as it runs, and killed after some ms; returns how far it had come. */
async function killedAfter(ms: number, round: number, keeperToo: boolean): Promise<string> {
  const ready = join(folder, `ready-${round}`);
  const running = new IpftProcess([...ARGS, '--ready-file', ready]);
  const ending = until('the ready file', () => existsSync(ready) || !running.isRunning).then(() =>
    running.child.kill('SIGTERM'),
  );
  await pause(ms);
  running.child.kill('SIGKILL');
  const keepers = pidsOf('probe-keeper');
  if (keeperToo) for (const pid of keepers) signalIfThere(pid, 'SIGKILL');
  const { stderr } = await running.ended;
  await ending;
  const reached = ['Trace done!', 'Trace ready!'].find((text) => stderr.includes(text));
  return reached ?? (keepers.length > 0 ? 'keeper' : 'start');
}

it(`${ROUNDS} SIGKILLs at random moments leave nothing, once another trace has started and ended`, async () => {
  await life(); // the first one reads from the disk
  const { keeper, end } = await life();
  // Most of a start is Node's own; the moments are those in which something is in the kernel.
  const first = 0.7 * keeper;
  const reached: string[] = [];
  for (let round = 0; round < ROUNDS; round++)
    // Every second time the probe-keeper is killed too, so that nobody is left to clean up.
    reached.push(await killedAfter(first + Math.random() * (end - first), round, round % 2 === 1));
  const left = leftovers().length;
  console.log(
    `killed at ${first.toFixed(0)} to ${end.toFixed(0)} ms: ${reached.join(', ')}; ${left} objects left`,
  );
  const { code } = await (await traceProcess(ARGS)).end();
  expect(code).toBe(0);
  // cleanUp() above waits until the kernel is as it was.
});
