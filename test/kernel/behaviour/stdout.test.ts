// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { closeSync, openSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { IpftProcess, ipftProcess, traceProcess, type RunOptions } from '../../support/ipft/process.js';
import { DEADBEEF, MARK } from '../../support/ipft/running.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { readText, run } from '../../support/kernel/system.js';
import { ping, udp, whileUnread } from '../../support/traffic/traffic.js';

const SMALL = ['-m', MARK, '-r', '^(ip_output|ip_rcv)$'];

/** Pipes ipft's stdout into `head -n 1`, and exits with ipft's exit code. */
const INTO_HEAD = ['bash', '-c', '"$@" | head -n 1; exit ${PIPESTATUS[0]}', 'bash'];

/** Marked pings until ipft ends by itself. */
async function pingUntilItEnds(running: IpftProcess): Promise<void> {
  for (let pings = 0; pings < 100 && running.isRunning; pings++) await ping(DEADBEEF);
}

afterEach(cleanUp);

describe('stdout', () => {
  it('a reader that closes the pipe (| head -n 1) ends the trace with exit code 0', async () => {
    const running = await traceProcess([...SMALL, '-o', 'stream'], { through: INTO_HEAD });
    await pingUntilItEnds(running);
    const { code, stdout, stderr } = await running.ended;
    expect(stdout).toMatch(/^ *#1 \d+ \d{4} +ip_output \(len: \d+\)\n$/);
    expect(stderr).toContain('Trace done!');
    expect(code).toBe(0);
  });

  it('a reader that closes the pipe while there are no events ends the trace with exit code 0', async () => {
    const through = ['bash', '-c', '"$@" | true; exit ${PIPESTATUS[0]}', 'bash'];
    for (const output of ['stream', 'aggregate']) {
      const running = await traceProcess([...SMALL, '-o', output], { through });
      expect((await running.ended).code).toBe(0);
    }
  });

  it('a reader that closes the pipe while results are printed ends ipft with exit code 0', async () => {
    const running = await traceProcess(SMALL, { through: INTO_HEAD });
    // Packets that are not yet freed are printed only at the end, and these are too many for the buffer of a pipe.
    await whileUnread(DEADBEEF, 2000, async () => {
      expect(running.stdout).toBe('');
      run('pkill', '-TERM', '-x', 'ipft');
      const { code, stdout } = await running.ended;
      expect(stdout).toBe('===\n');
      expect(code).toBe(0);
    });
  });

  it('-o stream into /dev/full ends at the first event with exit code 3', async () => {
    const stdout = openSync('/dev/full', 'w');
    const running = await traceProcess([...SMALL, '-o', 'stream'], { stdout });
    await pingUntilItEnds(running);
    const { code, stderr } = await running.ended;
    closeSync(stdout);
    expect(stderr).toMatch(/\/dev\/full is full \(ENOSPC\)\nTry: make room there/);
    expect(code).toBe(3);
  });

  it('-o aggregate into /dev/full ends with exit code 3 when it prints the results', async () => {
    const stdout = openSync('/dev/full', 'w');
    const running = await traceProcess(SMALL, { stdout });
    await ping(DEADBEEF);
    const { code, stderr } = await running.end();
    closeSync(stdout);
    expect(stderr).toMatch(/ is full \(ENOSPC\)\nTry: make room there/);
    expect(code).toBe(3);
  });

  it('--list into /dev/full ends with exit code 3', async () => {
    const stdout = openSync('/dev/full', 'w');
    const { code, stderr } = await ipftProcess(['--list'], { stdout });
    closeSync(stdout);
    expect(stderr).toMatch(/\/dev\/full is full \(ENOSPC\)\nTry: make room there/);
    expect(code).toBe(3);
  });

  it('a disk that fills up ends the trace with exit code 3, and what fits is written', async () => {
    const folder = '/run/small-disk';
    run('mkdir', '-p', folder);
    run('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder);
    try {
      const stdout = openSync(`${folder}/events`, 'w');
      const options: RunOptions = { stdout };
      const running = await traceProcess([...SMALL, '-o', 'json'], options);
      await udp({ mark: DEADBEEF, count: 2000, rate: 0 });
      const { code, stderr } = await running.ended;
      closeSync(stdout);
      expect(stderr).toMatch(/small-disk\/events is full \(ENOSPC\)\nTry: make room there/);
      expect(code).toBe(3);
      expect(readText(`${folder}/events`).length).toBe(64 * 1024);
    } finally {
      run('umount', folder);
    }
  });
});
