import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { pidsOf, readText, run, TRACEFS, until } from './system.js';

interface Named {
  readonly id: number;
  readonly name?: string;
}

const KINDS = ['prog', 'link', 'map'] as const;
const COMMANDS = join(mkdtempSync(join(tmpdir(), 'ipft-bpftool-')), 'commands');
writeFileSync(COMMANDS, KINDS.map((kind) => `${kind}\n`).join(''));

/** What `bpftool prog`, `bpftool link` and `bpftool map` show; in one go, as every start of it costs time. */
function bpfObjects(): string[] {
  const shown = JSON.parse(run('bpftool', '-j', 'batch', 'file', COMMANDS)) as { output: Named[] }[];
  if (shown.length !== KINDS.length) throw new Error(`bpftool shows ${JSON.stringify(shown)}`);
  return shown.flatMap(({ output }, kind) =>
    output.map(({ id, name }) => `bpftool ${KINDS[kind]} ${id} ${name ?? ''}`),
  );
}

/** Everything of a tracer that is in the kernel now. */
export function leftovers(): string[] {
  return [
    ...pidsOf('probe-keeper').map((pid) => `process probe-keeper ${pid}`),
    ...readText(`${TRACEFS}/kprobe_events`)
      .split('\n')
      .filter((line) => line.includes('ipft'))
      .map((line) => `kprobe_events: ${line}`),
    ...bpfObjects(),
  ];
}

/** True for what a guest has of its own: nothing else than ipft loads programs there. */
const BEFORE = leftovers();

/** The kernel frees programs and maps a little after their last user: nothing of ours is there soon. */
export async function expectNothingLeft(seconds = 240): Promise<void> {
  await until('the probe-keeper to end', () => pidsOf('probe-keeper').length === 0, seconds);
  try {
    await until('the kernel to be as it was', () => leftovers().length === BEFORE.length, 5);
  } catch {
    // shown below
  }
  expect(leftovers()).toEqual(BEFORE);
}

/** For afterEach: ends what a failed test left behind, and checks that the kernel is as it was. */
export async function cleanUp(): Promise<void> {
  for (const pid of pidsOf('ipft')) process.kill(pid, 'SIGKILL');
  for (const pid of pidsOf('probe-keeper')) process.kill(pid, 'SIGCONT');
  await expectNothingLeft();
}

/** True if the kernel has CONFIG_FPROBE, by its own symbols: what ipft finds out is for the tests to compare. */
export const HAS_FPROBE = readText('/proc/kallsyms').includes(' register_fprobe_ips\n');

/** The backend that `auto` should find. */
export const AUTO = HAS_FPROBE ? 'kprobe-multi' : 'kprobe';

/** Every backend that the kernel has. */
export const BACKENDS = HAS_FPROBE ? ['kprobe-multi', 'kprobe'] : ['kprobe'];
