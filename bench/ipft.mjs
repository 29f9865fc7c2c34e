// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// An ipft that runs, for benchmarks.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export const MARK = 0xdeadbeef;
/** What makes events and what reads them need a CPU of their own. */
export const PRODUCER_CPU = 0;
export const READER_CPU = cpus().length - 1;
/** For a backend that loads a program for each function. */
const FEW_FUNCTIONS = '^(ip|udp)_(rcv|output|queue_xmit|send_skb|local_deliver|local_out)$';
export const folder = mkdtempSync('/tmp/ipft-bench-');
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const exec = promisify(execFile);
/** What a benchmark is doing, on stderr. */
export const note = (text) => console.error(`${(performance.now() / 1000).toFixed(1)} s: ${text}`);

const VERBS = ['record', 'paths'];

/** The words of a command line, with its verb first, if it has one. */
function words(args) {
  const verb = args.filter((word) => VERBS.includes(word)).slice(0, 1);
  return [...verb, '-m', `${MARK}`, ...args.filter((word) => !verb.includes(word))];
}

/**
 * Starts it with stdout going to `output`, a descriptor; resolves once it is ready, after `readyAfter` seconds. `prefix`: a
 * command before it; `home`: the folder with its dist and build.
 */
export async function startIpft(args, output, prefix = [], home = '.') {
  const ready = join(folder, 'ready');
  rmSync(ready, { force: true });
  const command = [
    ...prefix,
    process.execPath,
    join(home, 'dist/bin.cjs'),
    ...words(args),
    '--ready-file',
    ready,
  ];
  const began = Date.now();
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', output, 'pipe'] });
  const run = { child, stderr: '' };
  child.stderr.on('data', (text) => (run.stderr += text));
  run.exited = new Promise((done) => child.on('exit', done));
  while (!existsSync(ready)) {
    if (child.exitCode !== null) throw new Error(run.stderr);
    await sleep(200); // seldom: whoever asks takes the time from a guest that has one core
  }
  run.readyAfter = (statSync(ready).mtimeMs - began) / 1000;
  return run;
}

/** Ends it with SIGTERM; resolves with what it counted. `codes`: exit codes that are no failure. */
export async function stopIpft(run, codes = [0]) {
  run.child.kill('SIGTERM');
  const code = await run.exited;
  const counts = [...run.stderr.matchAll(/Samples: (\d+) Lost: (\d+)/g)].at(-1);
  if (!codes.includes(code) || counts === undefined)
    throw new Error(`ipft ended with ${code}: ${run.stderr}`);
  return { delivered: Number(counts[1]), lost: Number(counts[2]) };
}

/** ns that all tasks together have had the CPUs: of a start, what it costs and not how long it waits for RCU or a disk. */
export function tasksNs() {
  const ns = readFileSync('/proc/schedstat', 'latin1').matchAll(/^cpu\d+(?: \d+){6} (\d+)/gm);
  return [...ns].reduce((total, [, own]) => total + Number(own), 0);
}

/** Sizes of datagrams: small ones, and those of ten segments, which UDP leaves to GSO. */
const SMALL = ['--size', '64'];
export const GSO = ['--size', '12000', '--segment', '1200'];

/** Sends packets over the loopback as fast as they go; resolves with `{sent, seconds}`. `prefix`: a command before it. */
export async function udp(mark, count, prefix = [], size = SMALL) {
  const args = ['udp', '--to', '127.0.0.1:9999', '--sink', '--mark', `${mark}`, '--count', `${count}`];
  const command = [...prefix, '.cache/lab/traffic', ...args, '--rate', '0', ...size];
  const { stdout } = await exec(command[0], command.slice(1));
  return JSON.parse(stdout);
}

const statusMb = (pid, key) =>
  Number(new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1]) / 1024;
export const residentMb = (pid) => statusMb(pid, 'VmRSS');
export const peakMb = (pid) => statusMb(pid, 'VmHWM');

/** CPU seconds that a process used so far. */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The backends for functions that this kernel has, and what each is asked to attach to. */
export async function backends() {
  const { stdout } = await exec(process.execPath, ['dist/bin.cjs', 'doctor', '--json']);
  return JSON.parse(stdout)
    .backends.filter(({ id, usable }) => usable && id !== 'tracepoint')
    .map(({ id }) => ({ id, args: id === 'fentry' ? ['-b', id, '-r', FEW_FUNCTIONS] : ['-b', id] }));
}
