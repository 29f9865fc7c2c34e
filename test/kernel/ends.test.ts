import { closeSync, openSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { Ipft, ipft, keeperPid, MARK, trace, type RunOptions } from './support/ipft.js';
import { AUTO, BACKENDS, cleanUp, leftovers, LIFE_ENDS } from './support/kernel.js';
import { countsOf, parseGroups, sequence } from './support/results.js';
import { pidsOf, readText, run, TRACEFS, until } from './support/system.js';
import { ping, udp, whileUnread } from './support/traffic.js';

const DEADBEEF = 0xdeadbeef;
const SMALL = ['-m', MARK, '-r', '^(ip_output|ip_rcv)$'];
const WAY = ['ip_output', 'ip_rcv'];

/** Puts `| head -n 1` behind ipft, and ends with ipft's exit code. */
const INTO_HEAD = ['bash', '-c', '"$@" | head -n 1; exit ${PIPESTATUS[0]}', 'bash'];

const ownProbes = (): string[] =>
  readText(`${TRACEFS}/kprobe_events`)
    .split('\n')
    .filter((line) => line.includes(':ipft_'));

/** Marked pings until ipft ends by itself. */
async function pingUntilItEnds(running: Ipft): Promise<void> {
  for (let pings = 0; pings < 100 && running.isRunning; pings++) await ping(DEADBEEF);
}

/** Stops the keeper as soon as it runs, which is before it has attached anything, or soon after. */
async function keeperStopped(running: Ipft): Promise<number> {
  const pid = await running.runsUntil('the probe-keeper', keeperPid);
  process.kill(pid, 'SIGSTOP');
  return pid;
}

afterEach(cleanUp);

describe.each(BACKENDS)('a trace with -b %s', (backend) => {
  const args = [...SMALL, '-b', backend];
  it('SIGKILL of ipft: the probe-keeper takes the probes away', async () => {
    const running = await trace(args);
    const { signal } = await running.end('SIGKILL');
    expect(signal).toBe('SIGKILL');
  });

  it('SIGKILL of ipft and of the probe-keeper: the next start sweeps what is left', async () => {
    const running = await trace(args);
    const keeper = keeperPid();
    if (keeper === undefined) throw new Error('no probe-keeper');
    process.kill(keeper, 'SIGSTOP'); // it must not see that ipft is gone
    await running.end('SIGKILL');
    process.kill(keeper, 'SIGKILL');
    await until('the end of the probe-keeper', () => pidsOf('probe-keeper').length === 0);
    if (backend === 'kprobe') {
      expect(ownProbes().length).toBe(2 + LIFE_ENDS);
      const next = await trace(args);
      const { code, stderr } = await next.end();
      expect(stderr).toContain('Removing the names of the probes that a killed trace has left');
      expect(code).toBe(0);
    }
  });

  it('SIGINT while attaching: nothing is traced', async () => {
    // Many functions: attaching them takes long enough to be in the middle of it.
    const running = new Ipft(['-m', MARK, '-b', backend, ...(backend === 'fentry' ? ['-r', '^ip_rcv'] : [])]);
    if (backend === 'kprobe') await running.runsUntil('some probes', () => ownProbes().length > 20);
    const keeper = backend === 'kprobe' ? undefined : await keeperStopped(running);
    running.child.kill('SIGINT');
    await running.says('Interrupted while attaching');
    if (keeper !== undefined) process.kill(keeper, 'SIGCONT');
    const { code, stdout, stderr } = await running.ended;
    expect(stderr).not.toContain('Trace ready!');
    expect(stdout).toBe('');
    expect(code).toBe(0);
  });
});

describe(`a trace with -b ${AUTO}, further`, () => {
  const args = [...SMALL, '-b', AUTO];

  // gso.test.ts ends a trace by each backend, by SIGTERM.
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s: prints the results and exits with 0',
    async (signal) => {
      const running = await trace(args);
      await ping(DEADBEEF);
      const { code, stdout, stderr } = await running.end(signal);
      expect(sequence(parseGroups(stdout).flat())).toEqual(WAY);
      expect(countsOf(stderr)).toEqual({ samples: 2, lost: 0, missed: 0 });
      expect(code).toBe(0);
    },
  );

  it('a second SIGINT leaves at once with the results printed, and the probe-keeper finishes behind it', async () => {
    const running = await trace(args);
    await ping(DEADBEEF);
    const keeper = keeperPid();
    if (keeper === undefined) throw new Error('no probe-keeper');
    process.kill(keeper, 'SIGSTOP'); // detaching now takes for ever
    running.child.kill('SIGINT');
    await running.runsUntil('the end of the trace', () => running.stderr.includes('Trace done!'));
    const { code, stdout } = await running.end('SIGINT');
    expect(code).toBe(130);
    expect(sequence(parseGroups(stdout).flat())).toEqual(WAY);
    expect(pidsOf('probe-keeper')).toEqual([keeper]);
    expect(leftovers().length).toBeGreaterThan(1);
    process.kill(keeper, 'SIGCONT');
  });

  it('SIGKILL of the probe-keeper: ipft prints what it has and ends with an error', async () => {
    const running = await trace(args);
    await ping(DEADBEEF);
    const keeper = keeperPid();
    if (keeper === undefined) throw new Error('no probe-keeper');
    process.kill(keeper, 'SIGKILL');
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(5);
    expect(stderr).toMatch(/probe-keeper ended unexpectedly.*SIGKILL[^]*\nTry: /);
    expect(sequence(parseGroups(stdout).flat())).toEqual(WAY);
    // as the message says: the next start sweeps
    if (AUTO === 'kprobe') expect((await (await trace(args)).end()).code).toBe(0);
  });

  it('a start leaves the probes of a trace in another pid namespace alone', async () => {
    const through = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const inside = await trace([...SMALL, '-b', 'kprobe'], { through });
    const before = ownProbes();
    expect(before.length).toBe(2 + LIFE_ENDS);
    await (await trace(['-m', MARK, '-r', '^ip_rcv_core$', '-b', 'kprobe'])).end();
    await until('the end of the second keeper', () => ownProbes().length === before.length);
    expect(ownProbes()).toEqual(before);
    await ping(DEADBEEF);
    run('pkill', '-TERM', '-x', 'ipft');
    expect(sequence(parseGroups((await inside.ended).stdout).flat())).toEqual(WAY);
  });

  it('the first process of a pid namespace, with which all of it ends, takes the names of its probes along', async () => {
    const through = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const args = ['-m', MARK, '-b', 'kprobe', '-r', '^(ip|tcp|skb)_'];
    const inside = await trace(args, { through });
    expect(ownProbes().length).toBeGreaterThan(50);
    run('pkill', '-TERM', '-x', 'ipft');
    expect((await inside.ended).code).toBe(0);
    expect(ownProbes()).toEqual([]);
  });

  it('two traces at once do not touch each other', async () => {
    const first = await trace(args);
    const second = await trace(args);
    await ping(DEADBEEF);
    expect(sequence(parseGroups((await first.end()).stdout).flat())).toEqual(WAY);
    await ping(DEADBEEF);
    expect(sequence(parseGroups((await second.end()).stdout).flat())).toEqual([...WAY, ...WAY]);
  });
});

describe('stdout', () => {
  it('a reader that leaves (| head -n 1) ends the trace, exit code 0', async () => {
    const running = await trace([...SMALL, '-o', 'stream'], { through: INTO_HEAD });
    await pingUntilItEnds(running);
    const { code, stdout, stderr } = await running.ended;
    expect(stdout).toMatch(/^ *#1 \d+ \d{4} +ip_output \(len: \d+\)\n$/);
    expect(stderr).toContain('Trace done!');
    expect(code).toBe(0);
  });

  it('a reader that leaves while nothing happens ends the trace, exit code 0', async () => {
    const through = ['bash', '-c', '"$@" | true; exit ${PIPESTATUS[0]}', 'bash'];
    for (const output of ['stream', 'aggregate']) {
      const running = await trace([...SMALL, '-o', output], { through });
      expect((await running.ended).code).toBe(0);
    }
  });

  it('a reader that leaves in the middle of the results, exit code 0', async () => {
    const running = await trace(SMALL, { through: INTO_HEAD });
    // Packets in flight are printed at the end only, and so many fit into no pipe.
    await whileUnread(DEADBEEF, 2000, async () => {
      expect(running.stdout).toBe('');
      run('pkill', '-TERM', '-x', 'ipft');
      const { code, stdout } = await running.ended;
      expect(stdout).toBe('===\n');
      expect(code).toBe(0);
    });
  });

  it('/dev/full ends -o stream at the first event, exit code 3', async () => {
    const stdout = openSync('/dev/full', 'w');
    const running = await trace([...SMALL, '-o', 'stream'], { stdout });
    await pingUntilItEnds(running);
    const { code, stderr } = await running.ended;
    closeSync(stdout);
    expect(stderr).toMatch(/\/dev\/full is full \(ENOSPC\)\nTry: make room there/);
    expect(code).toBe(3);
  });

  it('/dev/full: the results of -o aggregate do not fit, exit code 3', async () => {
    const stdout = openSync('/dev/full', 'w');
    const running = await trace(SMALL, { stdout });
    await ping(DEADBEEF);
    const { code, stderr } = await running.end();
    closeSync(stdout);
    expect(stderr).toMatch(/ is full \(ENOSPC\)\nTry: make room there/);
    expect(code).toBe(3);
  });

  it('--list into /dev/full: exit code 3', async () => {
    const stdout = openSync('/dev/full', 'w');
    const { code, stderr } = await ipft(['--list'], { stdout });
    closeSync(stdout);
    expect(stderr).toMatch(/\/dev\/full is full \(ENOSPC\)\nTry: make room there/);
    expect(code).toBe(3);
  });

  it('a disk that fills up ends the trace, exit code 3, and what fits is there', async () => {
    const folder = '/run/small-disk';
    run('mkdir', '-p', folder);
    run('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder);
    try {
      const stdout = openSync(`${folder}/events`, 'w');
      const options: RunOptions = { stdout };
      const running = await trace([...SMALL, '-o', 'json'], options);
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
