// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { EXPORT_KINDS } from '../../src/core/export-kinds.js';
import { exports } from '../../src/exports/index.js';
import { parse, usageError } from '../support/ipft/command-line.js';
import { BARE_HOME } from '../support/stand-ins/build-homes.js';
import { ipft } from '../support/stand-ins/process.js';

const folder = mkdtempSync('/tmp/ipft-export-');
afterAll(() => rmSync(folder, { recursive: true }));

const RECORDING = 'test/unit/recordings/function.ipft';

/** `ipft export ARGS` without the addon. */
const run = (...args: string[]) => ipft(['export', ...args], { home: BARE_HOME, fakeKernel: false }).ended;

it('each kind that the command line knows can be made', () => {
  expect([...exports.keys()]).toEqual([...EXPORT_KINDS.keys()]);
});

describe('the command line', () => {
  it.each<[string[], RegExp, RegExp]>([
    [['export', 'a'], /--to/, /ipft export --help/],
    [['export', '--to', 'folded'], /missing required argument 'file'/, /ipft export --help/],
    [['export', '--to', 'nope', 'a'], /--to: expected one of perfetto, /, /--to perfetto/],
    [['export', '--to', 'folded', 'a', 'b'], /unexpected argument 'b'/, /ipft export --help/],
    [['show', 'a', '-o', 'folded'], /--output: expected one of aggregate/, /-o|--output/],
    [
      ['-m', '1', '-o', 'folded', '--output-file', 'a', '--rotate', '1MB'],
      /--rotate: folded is one document/,
      /leave --rotate out/,
    ],
    [['-m', '1', '-o', 'folded', '--drops'], /--drops: -o folded cannot show dropped packets/, /-o json/],
  ])('%j is refused', (argv, message, remedy) => {
    const error = usageError(...argv);
    expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
    expect(error.exitCode).toBe(2);
  });

  it('takes what ipft show takes of a selection', () => {
    const words = 'export --to folded a -w b --packet 3 --since 1s --drops -f len --count 5 -r ^ip_'.split(
      ' ',
    );
    expect(parse(...words)).toEqual({
      kind: 'subcommand',
      name: 'export',
      options: {
        ...{ kind: 'folded', file: 'a', write: 'b', fields: 'len', drops: true, failOnLoss: false, count: 5 },
        packets: new Set([3]),
        filters: {},
        selection: { function: /^ip_/, module: undefined },
        since: { ns: 1_000_000_000n, isSinceFirst: true },
      },
    });
    expect(parse('export', '--to', 'folded', 'a', '-w', '-')).toMatchObject({
      options: { write: undefined },
    });
  });
});

describe('ipft export', () => {
  it('writes the same to stdout and to a file that only its owner may read', async () => {
    const { code, stdout, stderr } = await run('--to', 'folded', RECORDING);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const path = `${folder}/out`;
    writeFileSync(path, 'what was there', { mode: 0o644 });
    expect(await run('--to', 'folded', RECORDING, '-w', path)).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(readFileSync(path, 'utf8')).toBe(stdout);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('does not write over its own file, by whatever name', async () => {
    const [file, hard, link] = [`${folder}/a.ipft`, `${folder}/b.ipft`, `${folder}/c.ipft`];
    copyFileSync(RECORDING, file);
    linkSync(file, hard);
    symlinkSync(file, link);
    for (const path of [file, hard, link])
      expect(await run('--to', 'folded', file, '-w', path)).toMatchObject({
        code: 2,
        stderr: `ipft: --write: ${path} is the capture file itself\nTry: another file\n`,
      });
    expect(readFileSync(file)).toEqual(readFileSync(RECORDING));
  });

  it.each<[string, string[], number, RegExp]>([
    ['a file that is not there', [`${folder}/none`], 2, /cannot be read \(ENOENT\)/],
    ['another file', ['package.json'], 2, /no capture file/],
    ['stdin for --drops', ['-', '--drops'], 2, /--drops: the capture file is read twice/],
    ['--drops of a file without drops', [RECORDING, '--drops'], 4, /does not have drops[^]*Try: ipft record/],
    ['a field that was not recorded', [RECORDING, '-f', 'skb->hash'], 4, /Try: ipft record -f 'skb->hash'/],
    ['a folder as the target', [RECORDING, '-w', folder], 3, /--write: cannot write .* \(EISDIR\)/],
    ['a full disk', [RECORDING, '-w', '/dev/full'], 3, /\/dev\/full is full \(ENOSPC\)/],
  ])('refuses %s', async (_, args, code, message) => {
    const result = await run('--to', 'folded', ...args);
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) as string });
  });

  it('refuses a symbolic link as the target', async () => {
    symlinkSync(`${folder}/elsewhere`, `${folder}/link`);
    expect(await run('--to', 'folded', RECORDING, '-w', `${folder}/link`)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /\(ELOOP\)\nTry: the file itself: symbolic links are not followed/,
      ) as string,
    });
  });

  it('says so if the file has no such event', async () => {
    expect(await run('--to', 'folded', RECORDING, '-r', 'no_such_function')).toMatchObject({
      ...{ code: 0, stdout: '' },
      stderr: expect.stringContaining(`${RECORDING} has no such event: the document is empty`) as string,
    });
  });

  it('writes nothing but text to a terminal', () => {
    const python = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
    const command = [process.execPath, `${BARE_HOME}/dist/bin.cjs`, 'export', RECORDING, '--to'];
    const onTerminal = (kind: string) =>
      spawnSync('python3', ['-c', python, ...command, kind], { encoding: 'utf8' });
    expect(onTerminal('perfetto')).toMatchObject({
      status: 2,
      stdout: expect.stringMatching(/perfetto is not for a terminal[^]*--write FILE, or a pipe/) as string,
    });
    expect(onTerminal('folded')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('ip_output ') as string,
    });
  });

  it('writes what a cut file has, and tells', async () => {
    const path = `${folder}/cut.ipft`;
    const bytes = readFileSync(RECORDING);
    writeFileSync(path, bytes.subarray(0, bytes.length - 10));
    const { code, stdout, stderr } = await run('--to', 'folded', path);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/was not ended/) as string,
    });
    expect(stdout).toMatch(/^ip_output \d+$/m);
    expect((await run('--to', 'folded', path, '--fail-on-loss')).code).toBe(7);
  });
});
