// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { endLeftovers } from '../ipft/in-process.js';
import { HAS_FPROBE } from './fprobe.js';
import { pidsOf, readText, run, signalIfThere, TRACEFS, until } from './system.js';

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

/** The maps of this name that there are. */
export const mapsOf = (name: string): { max_entries: number }[] =>
  (JSON.parse(run('bpftool', '-j', 'map', 'show')) as { name?: string; max_entries: number }[]).filter(
    (map) => map.name === name,
  );

/** How many entries a map of the one trace that runs has. */
export const entriesOf = (map: string): number =>
  (JSON.parse(run('bpftool', '-j', 'map', 'dump', 'name', map)) as unknown[]).length;

const LISTED = new Set(readText(`${TRACEFS}/available_filter_functions`).split(/\s+/));

/** How many functions are probed since packets' lives end there, whatever is selected. */
export const LIFE_ENDS = [
  'kfree_skbmem',
  'napi_skb_cache_put',
  'skb_release_head_state',
  'napi_skb_free_stolen_head',
  'skb_attempt_defer_free',
].filter((name) => LISTED.has(name)).length;

/** What a guest has of its own: nothing else than ipft loads programs there. */
let before = leftovers();

/** The kernel frees programs and maps a little after their last user: nothing of ours is there soon. */
export async function expectNothingLeft(seconds = 240): Promise<void> {
  await until('the probe-keeper to end', () => pidsOf('probe-keeper').length === 0, seconds);
  try {
    await until('the kernel to be as it was', () => leftovers().length === before.length, 60);
  } catch {
    // shown below
  }
  expect(leftovers()).toEqual(before);
}

/** Takes away the names of probes, which outlive a keeper that was killed. */
function removeNames(): void {
  // A name may have many lines, a probe each; it goes with all of them.
  const names = readText(`${TRACEFS}/kprobe_events`).match(/(?<=^[pr]\d*:)ipft_\S+/gm);
  for (const name of new Set(names)) appendFileSync(`${TRACEFS}/kprobe_events`, `-:${name}\n`);
}

/**
 * For afterEach: ends what a failed test left behind, and checks that the kernel is as it was. What is left fails this
 * test, not those behind it.
 */
export async function cleanUp(): Promise<void> {
  for (const pid of pidsOf('ipft')) signalIfThere(pid, 'SIGKILL');
  for (const pid of pidsOf('probe-keeper')) signalIfThere(pid, 'SIGCONT');
  await endLeftovers();
  try {
    await expectNothingLeft();
  } catch (error) {
    removeNames();
    before = leftovers();
    throw error;
  }
}

/** True if the kernel has tracing_multi links. */
const HAS_TRACING_MULTI = readText('/proc/kallsyms').includes(' bpf_trampoline_multi_attach\n');

/** Every backend for functions that the kernel has, in the order in which `auto` should try them. */
export const BACKENDS = [
  ...(HAS_TRACING_MULTI ? ['fentry-multi'] : []),
  ...(HAS_FPROBE ? ['kprobe-multi'] : []),
  'kprobe',
  'fentry',
];

/** Those of them that find a function by its symbol or its address. */
export const KPROBES = BACKENDS.filter((backend) => backend.startsWith('kprobe'));

/** Those that it lacks. */
export const LACKING = ['fentry-multi', 'kprobe-multi'].filter((backend) => !BACKENDS.includes(backend));

/** Types of sessions, which see returns, by the kernel's own BTF. */
const SESSIONS: Partial<Record<string, string>> = {
  'fentry-multi': 'BPF_TRACE_FSESSION_MULTI',
  'kprobe-multi': 'BPF_TRACE_KPROBE_SESSION',
};
const BTF = readFileSync('/sys/kernel/btf/vmlinux');

/** Every backend that sees returns here, in the order in which `auto` should try them. */
export const WITH_RETURNS = BACKENDS.filter((backend) => BTF.includes(SESSIONS[backend] ?? ''));

/** Those that would on another kernel. */
export const LACKING_RETURNS = Object.keys(SESSIONS).filter((backend) => !WITH_RETURNS.includes(backend));

/** True if kprobe programs can ask for their function's address. */
export const HAS_FUNC_IP = readText('/proc/kallsyms').includes(' bpf_get_func_ip_kprobe\n');

/** The backend that `auto` should find. */
export const [AUTO = 'none'] = BACKENDS;

/** Some 400 functions that make up most of a packet's way, for where attaching all, one by one, takes a guest minutes. */
export const MOST_OF_THE_WAY =
  '^_*(skb|pskb|kfree|consume|sk|sock|ip|tcp|udp|inet|nf|dev|netif|napi|validate|sch|qdisc|eth|veth|loopback)_';
