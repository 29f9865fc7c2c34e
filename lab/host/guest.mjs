// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// One boot of a guest, from QEMU's start to the command's exit code.
import { startGuest } from './qemu.mjs';
import { readLines, Tail, UntilMark } from './streams.mjs';

const bootSeconds = 120;
const flushSeconds = 10;

/**
 * Boots, runs the job, ends the guest. Resolves to one of
 *   { kind: 'exit', code }       the command ended
 *   { kind: 'no boot', report }  the guest died or hung before the command started
 *   { kind: 'died', report }     it died while the command ran
 *   { kind: 'stopped' }          `signal` was aborted
 */
export async function runGuest(settings, job, { signal, log }) {
  const guest = startGuest(settings);
  const consoleTail = new Tail(60);
  const out = new UntilMark(job.endMark);
  const err = new UntilMark(job.endMark);
  let ready = false;

  const exited = new Promise((resolve) => {
    guest.child.once('error', (error) => resolve(`could not start QEMU: ${error.message}`));
    guest.child.once('exit', (code, killer) => resolve(`QEMU ended (${killer ?? `exit code ${code}`})`));
  });
  for (const stream of [guest.console, ...guest.messages]) {
    readLines(stream, (line) => {
      consoleTail.add(line);
      if (settings.verbose) log(`console: ${line}`);
    });
  }
  for (const stream of [guest.console, guest.control, guest.out, guest.err, guest.in]) {
    stream.on('error', () => {}); // QEMU is gone: `exited` tells
  }
  guest.out.pipe(out).pipe(process.stdout, { end: false });
  guest.err.pipe(err).pipe(process.stderr, { end: false });

  const boot = timer(bootSeconds, 'no sign of life');
  const commandEnded = new Promise((resolve) => {
    readLines(guest.control, (line) => {
      const [word, number] = line.split(' ');
      if (word === 'ready') {
        ready = true;
        boot.cancel();
        log(`the command starts after ${process.uptime().toFixed(1)} s`);
        if (settings.stdin) process.stdin.pipe(guest.in);
      } else if (word === 'exit') resolve({ kind: 'exit', code: Number(number) });
    });
  });
  const stopped = new Promise((resolve) => {
    if (signal.aborted) resolve({ kind: 'stopped' });
    signal.addEventListener('abort', () => resolve({ kind: 'stopped' }), { once: true });
  });
  const failed = Promise.race([exited, boot.expired]).then((reason) => ({
    kind: ready ? 'died' : 'no boot',
    report: `${reason}; the console's last lines:\n${consoleTail}`,
  }));

  const result = await Promise.race([commandEnded, stopped, failed]);
  boot.cancel();
  if (result.kind === 'exit') await flushed(out, err);
  if (settings.stdin) process.stdin.unpipe(guest.in).destroy();
  guest.child.kill('SIGKILL'); // the guest has nothing left to save: no need to wait for its shutdown
  await exited;
  return result;
}

// Both streams came up to their marks, or will not.
async function flushed(out, err) {
  const limit = timer(flushSeconds, 'cut off');
  await Promise.race([Promise.all([out.ended, err.ended]), limit.expired]);
  limit.cancel();
}

function timer(seconds, reason) {
  let handle;
  const expired = new Promise((resolve) => (handle = setTimeout(resolve, seconds * 1000, reason)));
  return { expired, cancel: () => clearTimeout(handle) };
}
