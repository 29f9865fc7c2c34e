// Inside a guest kernel, as root: how long a trace of all functions takes to start and to end, what it costs while
// it waits, and what a flood loses. Prints one table.
import { execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { median, printTable } from './table.mjs';

const MARK = 0xdeadbeef;
const TRAFFIC = '.cache/lab/traffic';
const folder = mkdtempSync('/tmp/ipft-bench-');
const results = join(folder, 'results');
const exec = promisify(execFile);
const note = (text) => console.error(`${(performance.now() / 1000).toFixed(1)} s: ${text}`);
const seconds = (start) => (performance.now() - start) / 1000;

/** An ipft that runs, its results going to a file; resolves once it is ready. */
async function start(args) {
  note(`ipft ${args.join(' ')}`);
  const ready = join(folder, 'ready');
  rmSync(ready, { force: true });
  const output = openSync(results, 'w');
  const began = performance.now();
  const command = ['dist/bin.js', '-m', `${MARK}`, '--ready-file', ready, ...args];
  const child = spawn(process.execPath, command, { stdio: ['ignore', output, 'pipe'] });
  closeSync(output);
  const run = { child, stderr: '' };
  child.stderr.on('data', (text) => (run.stderr += text));
  run.exited = new Promise((done) => child.on('exit', done));
  while (!existsSync(ready)) {
    if (child.exitCode !== null) throw new Error(run.stderr);
    await sleep(50);
  }
  run.readyAfter = seconds(began);
  return run;
}

/** Ends it with SIGTERM; the times are from the signal. */
async function stop(run) {
  const signalled = Date.now();
  run.child.kill('SIGTERM');
  await run.exited;
  run.exitAfter = (Date.now() - signalled) / 1000;
  run.printedAfter = Math.max(0, statSync(results).mtimeMs - signalled) / 1000;
  while (await keeperRuns()) await sleep(50);
  run.gone = (Date.now() - signalled) / 1000;
}

async function keeperRuns() {
  try {
    await exec('pgrep', ['-x', 'probe-keeper']);
    return true;
  } catch {
    return false; // pgrep found none
  }
}

/** CPU seconds that a process used so far. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const residentMb = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1]) / 1024;

async function udp(mark, count) {
  const args = ['udp', '--to', '127.0.0.1:9999', '--sink', '--mark', `${mark}`, '--count', `${count}`];
  const { stdout } = await exec(TRAFFIC, [...args, '--rate', '0', '--size', '64']);
  return JSON.parse(stdout);
}

const packetsPerSecond = ({ sent, seconds: elapsed }) => sent / elapsed;

async function linesWith(text) {
  const { stdout } = await exec('sh', ['-c', `grep -c '${text}' ${results} || true`]);
  return Number(stdout);
}

/** CPU of a process that has nothing to do: the middle of some windows, since V8 tidies up once after a start. */
async function idlePercent(pid) {
  const windows = [];
  for (let i = 0; i < 5; i++) {
    const before = cpuSeconds(pid);
    await sleep(5000);
    windows.push(((cpuSeconds(pid) - before) / 5) * 100);
  }
  return median(windows);
}

async function life() {
  const run = await start([]);
  const idle = await idlePercent(run.child.pid);
  const resident = residentMb(run.child.pid);
  await exec('ping', ['-c', '3', '-i', '0.2', '-m', `${MARK}`, '127.0.0.1']);
  await stop(run);
  return [
    [run.stderr.match(/Attaching program \((.*)\)/)[1], ''],
    ['start to ready', `${run.readyAfter.toFixed(2)} s`],
    ['signal to results', `${run.printedAfter.toFixed(2)} s`],
    ['signal to exit', `${run.exitAfter.toFixed(2)} s`],
    ['signal to nothing left', `${run.gone.toFixed(2)} s`],
    ['idle CPU, median of five 5-s windows', `${idle.toFixed(2)} %`],
    ['resident', `${resident.toFixed(0)} MB`],
  ];
}

async function cost(untraced) {
  const run = await start([]);
  const kept = packetsPerSecond(await udp(0, 20_000)) / untraced;
  await stop(run);
  return [['UDP that does not match, of the untraced rate', `${(kept * 100).toFixed(0)} %`]];
}

async function flood(pages) {
  const run = await start(['-o', 'stream', '--perf-page-count', pages]);
  const { sent } = await udp(MARK, 20_000);
  await sleep(500);
  await stop(run);
  const seen = await linesWith(' ip_output ');
  const [, samples, lost] = /Samples: (\d+) Lost: (\d+)/.exec(run.stderr);
  const share = ((100 * lost) / (Number(samples) + Number(lost))).toFixed(1);
  const name = `flood of ${sent}, ${pages} pages`;
  return [[name, `ip_output ${seen}, samples ${samples}, lost ${lost} (${share} %)`]];
}

try {
  const untraced = packetsPerSecond(await udp(0, 20_000));
  const rows = [
    ...(await life()),
    ['UDP untraced', `${untraced.toFixed(0)} packets/s`],
    ...(await cost(untraced)),
  ];
  for (const pages of process.argv.slice(2)) rows.push(...(await flood(pages)));
  printTable(`guest, Linux ${release()}, all functions`, rows);
} finally {
  rmSync(folder, { recursive: true });
}
