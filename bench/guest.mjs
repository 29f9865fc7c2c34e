// Inside a guest kernel, as root: how long a trace of all functions takes to start and to end, what it costs while
// it waits, and what a flood loses. Prints one table.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { printTable } from './table.mjs';

const MARK = 0xdeadbeef;
const TRAFFIC = '.cache/lab/traffic';
const folder = mkdtempSync('/tmp/ipft-bench-');
const seconds = (start) => (performance.now() - start) / 1000;

/** An ipft that runs; resolves once it is ready. */
async function start(args) {
  const ready = join(folder, 'ready');
  rmSync(ready, { force: true });
  const began = performance.now();
  const child = spawn(process.execPath, ['dist/bin.js', '-m', `${MARK}`, '--ready-file', ready, ...args]);
  const run = { child, stdout: '', stderr: '' };
  child.stdout.on('data', (text) => (run.stdout += text));
  child.stderr.on('data', (text) => (run.stderr += text));
  run.exited = new Promise((done) => child.on('exit', done));
  run.printed = new Promise((done) => child.stdout.on('data', () => (run.lastOutput = performance.now())));
  while (!existsSync(ready)) {
    if (child.exitCode !== null) throw new Error(run.stderr);
    await sleep(10);
  }
  run.readyAfter = seconds(began);
  return run;
}

/** Ends it with SIGTERM; the times are from the signal. */
async function stop(run) {
  const signalled = performance.now();
  run.child.kill('SIGTERM');
  await run.exited;
  run.exitAfter = seconds(signalled);
  await sleep(50);
  run.printedAfter = ((run.lastOutput ?? signalled) - signalled) / 1000;
  while (keeperRuns()) await sleep(50);
  run.gone = seconds(signalled);
  return run;
}

function keeperRuns() {
  try {
    return execFileSync('pgrep', ['-x', 'probe-keeper']).length > 0;
  } catch {
    return false; // pgrep found none
  }
}

/** CPU seconds that a process used so far. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const residentMb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1]) / 1024;

function udp(mark, count) {
  const args = ['udp', '--to', '127.0.0.1:9999', '--sink', '--mark', `${mark}`, '--count', `${count}`];
  return JSON.parse(execFileSync(TRAFFIC, [...args, '--rate', '0', '--size', '64'], { encoding: 'utf8' }));
}

const packetsPerSecond = ({ sent, seconds: elapsed }) => sent / elapsed;
const count = (text, pattern) => text.match(pattern)?.length ?? 0;

async function life() {
  const run = await start([]);
  const before = cpuSeconds(run.child.pid);
  await sleep(10_000);
  const idle = ((cpuSeconds(run.child.pid) - before) / 10) * 100;
  const resident = residentMb(run.child.pid);
  execFileSync('ping', ['-c', '3', '-i', '0.2', '-m', `${MARK}`, '127.0.0.1']);
  await stop(run);
  return [
    [run.stderr.match(/Attaching program \((.*)\)/)[1], ''],
    ['start to ready', `${run.readyAfter.toFixed(2)} s`],
    ['signal to results', `${run.printedAfter.toFixed(2)} s`],
    ['signal to exit', `${run.exitAfter.toFixed(2)} s`],
    ['signal to nothing left', `${run.gone.toFixed(2)} s`],
    ['idle CPU over 10 s', `${idle.toFixed(2)} %`],
    ['resident', `${resident.toFixed(0)} MB`],
  ];
}

async function cost(untraced) {
  const run = await start([]);
  const kept = packetsPerSecond(udp(0, 20_000)) / untraced;
  await stop(run);
  return [['UDP that does not match, of the untraced rate', `${(kept * 100).toFixed(0)} %`]];
}

async function flood(pages) {
  const run = await start(['-o', 'stream', ...(pages === null ? [] : ['--perf-page-count', `${pages}`])]);
  const { sent } = udp(MARK, 20_000);
  await sleep(500);
  await stop(run);
  const seen = count(run.stdout, / ip_output /g);
  const [, samples, lost] = /Samples: (\d+) Lost: (\d+)/.exec(run.stderr);
  const share = ((100 * lost) / (Number(samples) + Number(lost))).toFixed(1);
  const name = `flood of ${sent}, ${pages ?? 'default'} pages`;
  return [[name, `ip_output ${seen}, samples ${samples}, lost ${lost} (${share} %)`]];
}

try {
  const untraced = packetsPerSecond(udp(0, 20_000));
  const rows = [...(await life()), ['UDP untraced', `${untraced.toFixed(0)} packets/s`], ...(await cost(untraced))];
  for (const pages of [8, 64, 256, 1024, 4096]) rows.push(...(await flood(pages)));
  printTable(`guest, Linux ${release()}, all functions`, rows);
} finally {
  rmSync(folder, { recursive: true });
}
