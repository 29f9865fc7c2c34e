// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn } from 'node:child_process';
import { mkdtempSync, watch, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MARK, DEADBEEF } from '../../support/ipft/running.js';
import { environment, IpftProcess, IPFT, traceProcess } from '../../support/ipft/process.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { pidsOf, readText, run, textIfThere, until } from '../../support/kernel/system.js';
import { ping } from '../../support/traffic/traffic.js';

const SMALL = ['-m', MARK, '-r', '^(ip_output|ip_rcv)$'];
const ESCAPE = '\x1b[';

afterEach(cleanUp);

const quote = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

interface OnTerminal {
  /** what was written to the terminal so far */
  readonly text: () => string;
  readonly ended: Promise<number | null>;
}

/** Runs ipft on a new terminal; `redirect`: redirections of its streams, in shell syntax. Resolves when the trace is ready. */
async function onTerminal(
  args: string[],
  redirect: string,
  env: Record<string, string> = {},
): Promise<OnTerminal> {
  const ready = join(mkdtempSync(join(tmpdir(), 'ipft-terminal-')), 'ready');
  const command = `exec ${quote([...IPFT, ...args, '--ready-file', ready])} ${redirect}`;
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'], // stdin stays open: script(1) ends when it is closed
    env: environment({ TERM: 'xterm-256color', ...env }),
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await until('the ready file', () => {
    if (child.exitCode !== null) throw new Error(`ipft ended: ${text}`);
    return textIfThere(ready);
  });
  return { text: () => text, ended };
}

describe('results while the trace runs', () => {
  it('-o stream writes each line into a pipe immediately, without colours, and ends with 0 on pkill -x ipft', async () => {
    const running = await traceProcess([...SMALL, '-o', 'stream']);
    await ping(DEADBEEF);
    await running.runsUntil('two lines', () => running.stdout.split('\n').length === 3);
    expect(pidsOf('ipft')).toEqual([running.pid]);
    run('pkill', '-TERM', '-x', 'ipft');
    const { code, stdout, stderr } = await running.ended;
    expect(stdout).toMatch(/^ +#1 \d+ 000\d +ip_output \(len: 84\)\n +#1 \d+ 000\d +ip_rcv \(len: 84\)\n$/);
    expect(stderr).not.toContain(ESCAPE);
    expect(code).toBe(0);
  });

  it('are coloured only on terminals, unless NO_COLOR or FORCE_COLOR is set', async () => {
    const stream = [...SMALL, '-o', 'stream'];
    const coloured = await onTerminal(stream, '2>/dev/null');
    const refused = await onTerminal(stream, '2>/dev/null', { NO_COLOR: '1' });
    const forced = await traceProcess(stream, { env: { FORCE_COLOR: '1' } });
    await ping(DEADBEEF);
    await until('lines', () =>
      [coloured.text(), refused.text(), forced.stdout].every((text) => text.includes('ip_rcv')),
    );
    run('pkill', '-TERM', '-x', 'ipft');
    expect(await Promise.all([coloured.ended, refused.ended])).toEqual([0, 0]);
    expect((await forced.ended).stdout).toContain(ESCAPE);
    expect(coloured.text()).toContain(ESCAPE);
    expect(refused.text()).not.toContain(ESCAPE);
    expect(refused.text()).toContain('ip_output');
  });

  it('are not coloured in a file, while the terminal shows the counter', async () => {
    const table = join(tmpdir(), 'ipft-table');
    const terminal = await onTerminal(SMALL, `>${table}`);
    await until('the first counter', () => terminal.text().includes('\rSamples: 0 Lost: 0'));
    await ping(DEADBEEF);
    await until('the counter', () => terminal.text().includes('Samples: 2 Lost: 0'));
    expect(terminal.text()).not.toContain('Trace done!');
    run('pkill', '-TERM', '-x', 'ipft');
    expect(await terminal.ended).toBe(0);
    const text = terminal.text();
    expect(text).toMatch(/Attaching program \(total \d+, succeeded 0, failed 0 [^]*succeeded 2, failed 0 /);
    expect(text.match(/Samples: 2 Lost: 0/g)?.length).toBeLessThan(5); // an unchanged counter is not written again
    expect(text.trimEnd()).toMatch(/Trace done!/);
    expect(readText(table)).toMatch(/^===\n\d+ 000\d +ip_output \(len: 84\)\n/);
  });

  it('are printed after Ctrl-C on the terminal, and all probes are removed, although the keeper gets the SIGINT, too', async () => {
    const ready = join(mkdtempSync(join(tmpdir(), 'ipft-terminal-')), 'ready');
    const child = spawn(
      'script',
      ['-qefc', `exec ${quote([...IPFT, ...SMALL, '--ready-file', ready])}`, '/dev/null'],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    await until('the ready file', () => textIfThere(ready));
    await ping(DEADBEEF);
    child.stdin.write('\x03');
    expect(await ended).toBe(0);
    expect(text).toMatch(/===[^]* ip_output [^]* ip_rcv [^]*Trace done!/); // the packet is freed before Ctrl-C
  });
});

describe('readiness', () => {
  const PORT = 13720;

  /** `accepted`, or the errno with which the connection fails. */
  const tryConnect = (host: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(PORT, host);
      socket.once('connect', () => {
        socket.destroy();
        resolve('accepted');
      });
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    });

  it('--enable-probe-server accepts connections once the trace is ready, and only on the loopback address', async () => {
    const running = new IpftProcess([...SMALL, '--enable-probe-server']);
    for (;;) {
      const outcome = await tryConnect('127.0.0.1');
      if (outcome === 'accepted') break;
      expect(outcome).toBe('ECONNREFUSED');
      if (!running.isRunning) throw new Error(running.stderr);
    }
    await until('what ipft wrote before', () => running.stderr.includes('Trace ready!'), 1);
    const listening = run('ss', '-Hltn')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ +/)[3]);
    expect(listening).toEqual([`127.0.0.1:${PORT}`]);
    expect(await tryConnect('127.0.0.1')).toBe('accepted');
    expect((await running.end()).code).toBe(0);
    expect(await tryConnect('127.0.0.1')).toBe('ECONNREFUSED');
  });

  it('with a --probe-server-port that is in use ipft exits with 3 before it attaches', async () => {
    const running = await traceProcess([...SMALL, '--enable-probe-server', '--probe-server-port', '4711']);
    const second = await new IpftProcess([...SMALL, '--enable-probe-server', '--probe-server-port', '4711'])
      .ended;
    expect(second.stderr).toMatch(/cannot listen on 127\.0\.0\.1:4711 \(EADDRINUSE\)\nTry: /);
    expect(second.stderr).not.toContain('Attaching');
    expect(second.code).toBe(3);
    expect((await running.end()).code).toBe(0);
  });

  it('--ready-file is written with the pid once functions are traced, and replaces a stale file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ipft-ready-'));
    const file = join(folder, 'ready');
    writeFileSync(file, '1\n');
    const changes: string[] = [];
    const watcher = watch(
      folder,
      (event, name) => void (name === 'ready' && event === 'rename' && changes.push(name)),
    );
    const running = new IpftProcess([...SMALL, '--ready-file', file]);
    await running.runsUntil('the ready file', () => textIfThere(file) === `${running.pid}\n`);
    await ping(DEADBEEF);
    const { code, stdout } = await running.end();
    watcher.close();
    // It is deleted once and created once: a file that exists for a moment in between would mislead those who wait for it.
    expect(changes).toEqual(['ready', 'ready']);
    expect(stdout).toContain('ip_output');
    expect(code).toBe(0);
  });

  it('with a --ready-file that cannot be written ipft exits with 3 before it attaches', async () => {
    const { code, stderr } = await new IpftProcess([...SMALL, '--ready-file', '/no/such/folder/ready']).ended;
    expect(stderr).toMatch(/cannot write \/no\/such\/folder\/ready \(ENOENT\)\nTry: /);
    expect(code).toBe(3);
  });
});
