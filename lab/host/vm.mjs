// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// lab/vm: options -> kernel -> accelerator -> guest, with retries, the timeout and the ends by signal.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findAccel } from './accel.mjs';
import { architectures } from './architectures.mjs';
import { runGuest } from './guest.mjs';
import { createJob } from './job.mjs';
import { parse, usage, UsageError } from './options.mjs';

const lab = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const cacheFolder = process.env.IPFT_CACHE ?? path.join(path.dirname(lab), '.cache');
const boots = 3;
const exitTimeout = 124;
const exitGuestFailed = 125;

class LabError extends Error {}

const say = (text) => process.stderr.write(`lab/vm: ${text}\n`);

/** Runs a helper script of the lab and returns the path that it prints. */
function ask(script, argument) {
  const result = spawnSync(path.join(lab, script), [argument], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (result.error) throw new LabError(`lab/${script}: ${result.error.message}`);
  if (result.status === 2) throw new UsageError(`lab/${script} ${argument} failed`);
  if (result.status !== 0) throw new LabError(`lab/${script} ${argument} failed`);
  return result.stdout.trim();
}

function findKernel(version) {
  const folder = ask('kernel', version);
  const read = (name) => fs.readFileSync(path.join(folder, name), 'utf8').trim();
  const architecture = read('architecture');
  return {
    ...{ folder, architecture, release: read('release'), kernel: path.join(folder, 'vmlinuz') },
    system: ask('guest/system', architecture),
    initrd: ask('guest/initramfs', folder),
  };
}

function checkTools(kernel) {
  const { program: qemu, setup } = architectures[kernel.architecture];
  const missing = [qemu, 'setpriv'].filter(
    (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error,
  );
  if (missing.length > 0)
    throw new LabError(`${missing.join(' and ')} not found: run scripts/setup ${setup}`);
}

async function bootAndRun(options, kernel, accel, job, signal) {
  const log = options.verbose ? say : () => {};
  const settings = {
    ...options,
    accel,
    ...{ kernel: kernel.kernel, initrd: kernel.initrd },
    ...{ architecture: kernel.architecture, system: kernel.system },
    append: `ipft.job=${job.folder}${options.append}`,
  };
  for (let boot = 1; ; boot++) {
    const result = await runGuest(settings, job, { signal, log });
    if (result.kind === 'exit') return result.code;
    if (result.kind === 'stopped') return signal.reason;
    if (result.kind === 'died') say(`the guest died while the command ran: ${result.report}`);
    else say(`the guest did not boot (${boot} of ${boots}): ${result.report}`);
    // A panic before the command may be QEMU's; one after it is a finding.
    if (result.kind === 'died' || boot === boots) return exitGuestFailed;
  }
}

/** An AbortSignal whose reason is the exit code: the timeout, or a signal that we got. */
function endings(options) {
  const controller = new AbortController();
  const timeout = setTimeout(() => {
    say(`no end after ${options.timeout} s: killing the guest`);
    controller.abort(exitTimeout);
  }, options.timeout * 1000);
  timeout.unref();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(name, () => controller.abort(128 + os.constants.signals[name]));
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => controller.abort(128 + os.constants.signals.SIGPIPE));
  }
  return controller.signal;
}

async function main() {
  const options = parse(process.argv.slice(2));
  if (options.help) return void console.log(usage);
  for (const folder of options.outputs) fs.mkdirSync(folder, { recursive: true });
  const signal = endings(options);
  const kernel = findKernel(options.kernel);
  checkTools(kernel);
  const accel = options.accel ?? findAccel(cacheFolder, kernel, say);
  const job = createJob(options, kernel);
  try {
    process.exitCode = await bootAndRun(options, kernel, accel, job, signal);
  } finally {
    fs.rmSync(job.folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  if (error instanceof UsageError) say(`${error.message} (see lab/vm --help)`);
  else say(error instanceof LabError ? error.message : error.stack);
  process.exitCode = error instanceof UsageError ? 2 : exitGuestFailed;
});
