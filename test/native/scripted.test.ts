// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { environment, IPFT, ipftProcess, traceProcess, type IpftProcess } from '../support/ipft/process.js';
import { parseResults } from '../support/ipft/results.js';
import { pidsOf, until } from '../support/kernel/system.js';
import { refusal } from '../support/addon/bpf-objects.js';

/** No other trace on this machine has this mark. */
const MARK = `${0x1c000000 + (process.pid & 0x3fffff)}`;
const reason = refusal();
const skipped = reason === null ? '' : ` (skipped: ${reason})`;
const ARGS = ['-m', MARK, '-b', 'tracepoint', '-r', '^tp:net_dev_queue$'];

const directory = mkdtempSync('/tmp/ipft-scripted-');
const file = `${directory}/results`;
afterAll(() => rmSync(directory, { recursive: true }));
afterEach(() => {
  for (const name of readdirSync(directory)) rmSync(`${directory}/${name}`, { recursive: true });
});

const ping = (count = 1, interval = '0.01'): string[] => [
  ...['ping', '-n', '-q', '-i', interval, '-c', `${count}`],
  ...['-m', MARK, '127.0.0.1'],
];

describe.skipIf(reason !== null)(`ipft ... -- COMMAND${skipped}`, { timeout: 60_000 }, () => {
  it('traces while the command runs, keeps its stdout out of the results, and passes its status on', async () => {
    const script = `${ping().join(' ')} >&2; echo from the command; exit 3`;
    const { code, stdout, stderr } = await ipftProcess([...ARGS, '-o', 'json', '--', 'sh', '-c', script]);
    const { events, summary } = parseResults(stdout);
    expect(events).toHaveLength(1);
    expect(summary.end).toBe('command');
    expect(stderr).toMatch(/Trace ready!\n[^]*1 packets transmitted[^]*from the command\n[^]*Trace done!/);
    expect(code).toBe(3);
  });

  it('leaves stdout to the command if the results go to a file', async () => {
    const { code, stdout } = await ipftProcess([
      ...ARGS,
      '--output-file',
      file,
      '--',
      'echo',
      'from the command',
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'from the command\n' });
  });

  it('reports the signal that ended the command: 128 + signal', async () => {
    expect((await ipftProcess([...ARGS, '--', 'sh', '-c', 'kill -KILL $$'])).code).toBe(137);
  });

  it('gives its stdin to the command', () => {
    const [node = '', ...words] = IPFT;
    const stderr = execFileSync(
      'sh',
      ['-c', `printf hello | "$@" 2>&1 >/dev/null`, 'sh', node, ...words, ...ARGS, '--', 'cat'],
      {
        encoding: 'utf8',
        env: environment(),
      },
    );
    expect(stderr).toContain('hello');
  });

  it("runs the command with the user's limits, environment and folder", async () => {
    const show = 'ulimit -Sn; ulimit -Hn; ulimit -l; pwd; env | grep -v "^\\(_\\|PWD\\|SHLVL\\)=" | sort';
    const limits = 'ulimit -Sn 512; ulimit -Hn 4000; ulimit -l 64;';
    const expected = execFileSync('bash', ['-c', `${limits} bash -c '${show}'`], {
      encoding: 'utf8',
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit'], // bash takes a socket, as Node's pipes are, for a remote shell's
    });
    const through = ['bash', '-c', `${limits} "$@"; exit $?`, 'bash'];
    const { stdout } = await ipftProcess([...ARGS, '--output-file', file, '--', 'bash', '-c', show], {
      through,
    });
    expect(stdout).toBe(expected);
  });

  it.each([
    ['/nowhere/at/all', 127, 'was not found'],
    ['no-such-command-anywhere', 127, 'was not found in $PATH'],
    ['/etc/passwd', 126, 'cannot be executed (EACCES)'],
    ['/etc', 126, 'cannot be executed (EISDIR)'],
  ])('reports that %s cannot be started, before it attaches, exit %i', async (command, status, message) => {
    const { code, stdout, stderr } = await ipftProcess([...ARGS, '--', command]);
    expect({ code, stdout }).toEqual({ code: status, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('Attaching');
  });

  it('reports a file of an unknown format, and leaves nothing attached', async () => {
    const script = `${directory}/script`;
    writeFileSync(script, '#!/no/such/interpreter\n');
    chmodSync(script, 0o755);
    const { code, stderr } = await ipftProcess([...ARGS, '--', script]);
    expect(code).toBe(127);
    expect(stderr).toContain('no such file or directory'.replace('no', 'No'));
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('passes %s on to the command', async (signal) => {
    const running = await traceProcess([...ARGS, '--', 'sleep', '1000']);
    const status = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal];
    const { code, stderr } = await running.end(signal);
    expect(stderr).toContain('Trace done!');
    expect(code).toBe(status);
  });

  /** A command that ignores signals; resolves when it does. */
  async function deaf(signals: string, seconds: number): Promise<IpftProcess> {
    const started = `${directory}/started`;
    const script = `trap "" ${signals}; echo > ${started}; exec sleep ${seconds}`;
    const running = await traceProcess([...ARGS, '--', 'sh', '-c', script]);
    await running.runsUntil('the command', () => existsSync(started));
    return running;
  }

  it('ends a command that ignores the signal, after a while', async () => {
    const running = await deaf('INT', 1000);
    expect((await running.end('SIGINT')).code).toBe(143);
  });

  it('exits at once at a second signal', async () => {
    const running = await deaf('INT TERM', 3);
    running.child.kill('SIGINT');
    await running.says('Waiting for the command');
    expect((await running.end('SIGINT')).code).toBe(130);
  });

  it('lets the command continue when --count ends the trace', async () => {
    const script = `${ping(3).join(' ')}; until grep summary ${file} >/dev/null; do sleep 0.05; done; exit 4`;
    const args = [...ARGS, '-o', 'json', '--output-file', file, '--count', '1'];
    const { code, stderr } = await ipftProcess([...args, '--', 'sh', '-c', script]);
    expect(parseResults(readFileSync(file, 'utf8')).summary.end).toBe('count');
    expect(stderr).toMatch(/Trace done!\n(Waiting for the command \(pid \d+\)\n)?$/);
    expect(code).toBe(4);
  });

  it("exits with its own error rather than the command's status", async () => {
    const { code, stderr } = await ipftProcess([
      ...ARGS,
      '--output-file',
      '/dev/full',
      '-o',
      'json',
      '--',
      ...ping(),
    ]);
    expect(stderr).toContain('the disk under /dev/full is full (ENOSPC)');
    expect(code).toBe(3);
  });

  it('ends the trace before the command if a terminal sends Ctrl-C to both', async () => {
    const seen = `${directory}/seen`;
    const script = `trap 'echo INT >> ${seen}; exit 9' INT; while :; do sleep 0.1; done`;
    const python =
      'import os, pty, sys; status = pty.spawn(sys.argv[1:]); sys.exit(os.waitstatus_to_exitcode(status))';
    const child = spawn('python3', ['-c', python, ...IPFT, ...ARGS, '--', 'bash', '-c', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: environment(),
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    await until('the trace', () => text.includes('Trace ready!'));
    await until('the command', () => pidsOf('bash').length > 0);
    setTimeout(() => child.stdin.write('\x03'), 500);
    const [code] = (await once(child, 'exit')) as [number];
    expect(text).toContain('Trace done!');
    expect(code).toBe(9);
    expect(readFileSync(seen, 'utf8')).toBe('INT\n');
  });
});

describe.skipIf(reason !== null)(`--output-file${skipped}`, { timeout: 60_000 }, () => {
  const command = ['--', ...ping(40, '0.002')];
  const inOrder = (): string[] => {
    const numbers = readdirSync(directory).map((name) => Number(name.split('.')[1] ?? Infinity));
    return numbers
      .toSorted((left, right) => left - right)
      .map((number) => (number === Infinity ? file : `${file}.${number}`));
  };

  it('rotates files: whole lines in each, nothing lost, the files of an earlier trace removed', async () => {
    writeFileSync(`${file}.99`, 'old');
    writeFileSync(`${file}.old`, 'kept');
    const { code, stdout } = await ipftProcess([
      ...ARGS,
      '-o',
      'json',
      '--output-file',
      file,
      '--rotate',
      '4kB',
      ...command,
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('40 packets transmitted');
    rmSync(`${file}.old`);
    const texts = inOrder().map((path) => readFileSync(path, 'utf8'));
    expect(texts.length).toBeGreaterThan(2);
    for (const text of texts) {
      expect(text.length).toBeLessThanOrEqual(4000);
      expect(text).toMatch(/^\{[^]*\}\n$/);
    }
    expect(parseResults(texts.join('')).events).toHaveLength(40);
  });

  it('keeps the newest files, as many as --rotate-keep says', async () => {
    const { code } = await ipftProcess([
      ...[...ARGS, '-o', 'json', '--output-file', file, '--rotate', '4kB', '--rotate-keep', '2', ...command],
    ]);
    expect(code).toBe(0);
    const files = inOrder();
    expect(files).toHaveLength(2);
    const last = readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({ summary: { delivered: 40, end: 'command' } });
  });

  it("never splits a packet's group", async () => {
    const args = ['-m', MARK, '-b', 'tracepoint', '--output-file', file, '--rotate', '4kB', ...command];
    expect((await ipftProcess(args)).code).toBe(0);
    const texts = inOrder().map((path) => readFileSync(path, 'utf8'));
    expect(texts.length).toBeGreaterThan(2);
    for (const text of texts) expect(text).toMatch(/^(===\n(\d+ \d+ +tp:\w+ .*\n)+)+$/);
    expect(texts.join('').match(/^===$/gm)).toHaveLength(40);
    // a whole group is larger than what is left at the end of a file
    for (const text of texts) expect(text.length).toBeLessThanOrEqual(4000);
  });

  it('says why a file cannot be written, exit 3, before it attaches', async () => {
    const { code, stderr } = await ipftProcess([...ARGS, '--output-file', `${directory}/none/file`]);
    expect(stderr).toMatch(/--output-file: cannot write .*none\/file \(ENOENT\)\nTry: /);
    expect([code, stderr.includes('Attaching')]).toEqual([3, false]);
    const full = await ipftProcess([...ARGS, '--output-file', '/dev/full', '--rotate', '1MB']);
    expect(full.stderr).toContain('/dev/full is not a regular file');
    expect(full.code).toBe(3);
  });
});
