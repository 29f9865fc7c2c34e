// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ipft, ipftCommand, killLeftovers, until, type Ipft } from '../support/stand-ins/process.js';

const directory = mkdtempSync('/tmp/ipft-unit-');
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let logs = 0;
const logFile = (): string => `${directory}/log-${logs++}`;
const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

afterEach(killLeftovers);

describe('stdout', () => {
  it.each(['stream', 'aggregate'])('a full disk ends the trace with exit 3: %s', async (output) => {
    const full = openSync('/dev/full', 'w');
    const run = ipft(['-m', '1', '-o', output], { stdout: full });
    closeSync(full);
    if (output === 'aggregate') (await run.says('Trace ready!')).kill('SIGINT');
    const { code, stderr } = await run.ended;
    expect(stderr).toMatch(/Trace done!\n[^]*the disk under \/dev\/full is full \(ENOSPC\)\nTry: make room/);
    expect(code).toBe(3);
  });

  it.each([['--help'], ['--list']])('a full disk is also reported by %s', async (flag) => {
    const full = openSync('/dev/full', 'w');
    const { code, stderr } = await ipft([flag], { stdout: full }).ended;
    closeSync(full);
    expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining('ENOSPC') as string });
  });

  it('a reader that leaves ends the trace cleanly, and the probes are removed', async () => {
    const log = logFile();
    const run = ipft(['-m', '1', '-o', 'stream'], { env: { FAKE_FLOOD: '1', FAKE_KEEPER_LOG: log } });
    run.child.stdout?.once('data', () => run.child.stdout?.destroy());
    const { code, stderr } = await run.ended;
    const [, unwritten, all] =
      /Trace done!\nwarning: (\d+) of (\d+) events were not written: .*\nTry: .*\n$/.exec(stderr) ?? [];
    expect(Number(unwritten)).toBeGreaterThan(0);
    expect(stderr).toContain(`Samples: ${all} `);
    expect(code).toBe(0);
    expect(read(log)).toMatch(/detached\n$/);
  });

  it('a reader that stalls pauses the trace, and a signal is still seen', async () => {
    const [log, session] = [logFile(), logFile()];
    const env = { FAKE_FLOOD: '1', FAKE_READ_LOG: session, FAKE_KEEPER_LOG: log };
    const run = ipft(['-m', '1', '-o', 'json'], { stdout: 'stalled', env });
    await until(() => read(session).endsWith('pause\n'));
    await delay(100);
    expect(read(session)).toMatch(/pause\n$/);
    run.kill('SIGINT');
    await run.says('Trace done!');
    await until(() => read(log).endsWith('detached\n'));
    expect(run.child.exitCode).toBeNull();
    run.child.stdout?.resume();
    expect((await run.ended).code).toBe(0);
  });

  it('a reader that stalls and continues gets all delivered events', async () => {
    const session = logFile();
    const env = { FAKE_FLOOD: '1', FAKE_READ_LOG: session };
    const run = ipft(['-m', '1', '-o', 'json'], { stdout: 'stalled', env });
    await until(() => read(session).includes('pause\n'));
    let text = '';
    run.child.stdout?.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    await until(() => read(session).includes('resume\n'));
    const closed = new Promise((resolve) => run.child.once('close', resolve));
    const { stderr } = await run.kill('SIGINT').ended;
    await closed;
    const delivered = Number(/Samples: (\d+)/.exec(stderr)?.[1]);
    expect(stderr).toMatch(/Trace done!\n$/);
    const lines = text.trimEnd().split('\n');
    expect(JSON.parse(lines.pop() ?? '')).toMatchObject({ summary: { delivered, end: 'signal' } });
    const times = lines.map((line) => (JSON.parse(line) as { timestamp: number }).timestamp);
    expect(times).toEqual(Array.from({ length: delivered }, (_, index) => index + 1));
  });

  it('a stopped terminal does not delay signals', () => {
    // Python's pty gives ipft a terminal that nobody reads.
    const script = `
import json, os, pty, signal, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.dup2(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT), 2)
    os.execv(sys.argv[2], sys.argv[2:])
def said(text):
    for _ in range(6000):
        if os.path.exists(sys.argv[1]) and text in open(sys.argv[1]).read(): return True
        time.sleep(0.01)
ready = said('Trace ready!')
time.sleep(0.5)
os.kill(pid, signal.SIGINT)
done = said('Trace done!')
os.kill(pid, signal.SIGINT)
for _ in range(6000):
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended: break
    time.sleep(0.01)
else:
    os.kill(pid, signal.SIGKILL)
print(json.dumps([ready, done, os.waitstatus_to_exitcode(status) if ended else None]))
`;
    const args = ipftCommand(['-m', '1', '-o', 'stream']);
    const { stdout, stderr } = spawnSync('python3', ['-c', script, logFile(), ...args], {
      encoding: 'utf8',
      env: { ...process.env, FAKE_FLOOD: '1' },
    });
    expect({ stdout, stderr }).toEqual({ stdout: '[true, true, 130]\n', stderr: '' });
  });
});

describe('signals', () => {
  const says = (run: Ipft, text: string): Promise<Ipft> => run.says(text);

  it('the second one ends ipft at once, and the keeper detaches after that', async () => {
    const log = logFile();
    const run = ipft(['-m', '1'], { env: { FAKE_KEEPER: 'slow-detach', FAKE_KEEPER_LOG: log } });
    await says(run, 'Trace ready!');
    run.kill('SIGINT');
    await says(run, 'Trace done!');
    await until(() => run.stdout.includes('4 0000'));
    const exited = new Promise((resolve) => run.child.once('exit', resolve));
    run.kill('SIGTERM');
    expect(await exited).toBe(143);
    expect(read(log)).not.toContain('detached');
    await until(() => read(log).includes('detached'));
  });

  it('-v reports how long attaching and detaching took', async () => {
    const run = ipft(['-m', '1', '-v'], { env: { FAKE_KEEPER: 'some' } });
    await says(run, 'Trace ready!');
    const { stderr } = await run.kill('SIGINT').ended;
    expect(stderr).toMatch(
      /\nAttached in \d+\.\d\d s\nFailed: [^]*\nTrace done!\nDetached in \d+\.\d\d s\n$/,
    );
  });

  it('a slow detach is reported after the results', async () => {
    const run = ipft(['-m', '1'], { env: { FAKE_KEEPER: 'slow-detach' } });
    await says(run, 'Trace ready!');
    const { code, stdout, stderr } = await run.kill('SIGINT').ended;
    expect(stderr).toMatch(/Trace done!\nDetaching \(step 2 of 3\)\n$/);
    expect(stdout).toContain('===');
    expect(code).toBe(0);
  });

  it('a detach that takes too long is left to the keeper', async () => {
    const log = logFile();
    const run = ipft(['-m', '1'], { env: { FAKE_KEEPER: 'stalled-detach', FAKE_KEEPER_LOG: log } });
    await says(run, 'Trace ready!');
    const exited = new Promise((resolve) => run.kill('SIGINT').child.once('exit', resolve));
    await says(run, 'Trace done!');
    await run.says('goes on removing the probes');
    expect(await exited).toBe(0);
    expect(run.stdout).toContain('===');
    expect(read(log)).not.toContain('detached');
    process.kill(Number(/probe-keeper \(pid (\d+)\)/.exec(run.stderr)?.[1]), 'SIGUSR1');
    await until(() => read(log).includes('detached'));
  });

  it('a signal while attaching cancels the trace, exit 0', async () => {
    const log = logFile();
    const run = ipft(['-m', '1'], { env: { FAKE_KEEPER: 'never-attaches', FAKE_KEEPER_LOG: log } });
    await until(() => read(log).includes('attach\n'));
    expect(await run.kill('SIGTERM').ended).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/Interrupted while attaching: nothing was traced\n$/) as string,
    });
    expect(read(log)).toMatch(/detached\n$/);
  });
});

describe('the keeper', () => {
  it('ends the trace with exit 5 if it dies, after the results', async () => {
    const { code, stdout, stderr } = await ipft(['-m', '1'], { env: { FAKE_KEEPER: 'dies' } }).ended;
    expect(stderr).toMatch(
      /Trace done!\nipft: the probe-keeper ended unexpectedly \(with exit code 9\)[^]*\nTry: /,
    );
    expect(stdout).toContain('===\n1 0000');
    expect(code).toBe(5);
  });

  it.each([
    ['cannot', /cannot attach: no such link \(EINVAL\)/],
    [
      'none',
      /nothing was attached: backend kprobe-multi refused all of 3 functions \(ip_output: EINVAL\)\nTry: /,
    ],
  ])(
    'is an error if it attaches nothing (%s), and the trace is never ready',
    async (FAKE_KEEPER, message) => {
      const { code, stdout, stderr } = await ipft(['-m', '1'], { env: { FAKE_KEEPER } }).ended;
      expect(stderr).toMatch(message);
      expect(stderr).not.toContain('Trace ready!');
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    },
  );

  it('may fail for one function, which -v names, without affecting the others', async () => {
    const env = { FAKE_KEEPER: 'some' };
    const quiet = await ipft(['-m', '1'], { env }).says('Trace ready!');
    const { stderr } = await quiet.kill('SIGINT').ended;
    expect(stderr).toContain('succeeded 2, failed 1 filtered: 0 untraceable: 1)\n');
    expect(stderr).toMatch(/^Which functions failed, and how: --verbose$/m);
    const verbose = await ipft(['-m', '1', '-v'], { env }).says('Trace ready!');
    expect((await verbose.kill('SIGINT').ended).stderr).toContain('Failed: ip_rcv: EBUSY\n');
  });
});

describe('colours', () => {
  it.each([
    [{}, false],
    [{ FORCE_COLOR: '1' }, true],
    [{ NO_COLOR: '1' }, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true],
  ])('in a pipe with %j: %s', async (env, coloured) => {
    const run = await ipft(['-m', '1'], { env: env }).says('Trace ready!');
    const { stdout } = await run.kill('SIGINT').ended;
    expect(stdout.includes('\x1b[')).toBe(coloured);
  });
});
