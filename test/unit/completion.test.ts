// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complete, completionText, type Completion } from '../../src/cli/completion/complete.js';
import { createProgram } from '../../src/cli/program.js';
import { backendIds } from '../../src/backends/index.js';
import { LIVE_EXPORTS } from '../../src/core/export-kinds.js';
import { outputs } from '../../src/outputs/index.js';
import { BARE_HOME } from '../support/stand-ins/build-homes.js';

/** What -o takes. */
const SHOWN = [...outputs.keys(), ...LIVE_EXPORTS.keys()];

const directory = mkdtempSync('/tmp/ipft-completion-');
afterAll(() => rmSync(directory, { recursive: true }));

beforeAll(() => {
  writeFileSync(
    `${directory}/ipft`,
    `#!/bin/sh\nexec '${process.execPath}' '${BARE_HOME}/dist/bin.cjs' "$@"\n`,
  );
  chmodSync(`${directory}/ipft`, 0o755);
  mkdirSync(`${directory}/folder`);
  writeFileSync(`${directory}/folder/trace one.json`, '');
});

const ENV = {
  PATH: `${directory}:${process.env['PATH'] ?? ''}`,
  HOME: directory,
  TERM: 'dumb',
  LANG: 'C.UTF-8',
};

const values = (completion: Completion): string[] =>
  completion.kind === 'values' ? completion.candidates.map(({ value }) => value) : [completion.kind];

describe('completions', () => {
  it.each([
    [['--outp'], ['--output', '--output-file']],
    [['-o', ''], SHOWN],
    [['--output', 'js'], ['json']],
    [['--output=js'], ['--output=json']],
    [
      ['-b', 'kprobe'],
      ['kprobe-multi', 'kprobe'],
    ],
    [['-t', 'function_'], ['function_graph']],
    [['-m', '1', '--output-file', 'x'], ['files']],
    [['--ready-file=x'], ['files']],
    [['-m', ''], []],
    [['doc'], ['doctor']],
    [['doctor', '--j'], ['--json']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish', '--help'],
    ],
    [['schema', 'e'], ['event']],
    [['-m', '1', '--', 'cur'], ['command']],
    [['record', '-m', '1', '--', 'cur'], ['command']],
    [['show', ''], ['files']],
    [['show', 'a', '-o', 'js'], ['json']],
    [['export', ''], ['files']],
    [['export', 'a', '--to', 'fol'], ['folded']],
    [['show', '--pack'], ['--packet']],
    [['-m', '1', '--', 'curl', '--output'], ['command']],
    [['--nope=x'], []],
  ])('for %j', async (words, expected) => {
    expect(values(await complete(words))).toEqual(expected);
  });

  it('include every option of the command line', async () => {
    const offered = values(await complete(['-']));
    const { options: all } = createProgram('', () => undefined);
    const options = all.filter(({ hidden }) => !hidden).map(({ long }) => long);
    expect(options.length).toBeGreaterThan(20);
    expect(offered).toEqual(expect.arrayContaining(options));
    expect(offered).toContain('--help');
    expect(values(await complete(['-b', '']))).toEqual(['auto', ...backendIds.keys()]);
  });

  it('are printed for shells one per line', async () => {
    expect(completionText(await complete(['-o', 'js']))).toMatch(/^:values\njson\tone JSON object.*\n$/);
    expect(completionText({ kind: 'files' })).toBe(':files\n');
    expect(completionText({ kind: 'command', at: 3 })).toBe(':command 3\n');
  });
});

/** Why a shell cannot be tested, or null. */
function absence(shell: string): string | null {
  return spawnSync(shell, ['--version']).status === 0 ? null : `${shell} is not installed: scripts/setup lab`;
}

function shell(program: string, args: readonly string[]): string {
  return execFileSync(program, args, {
    encoding: 'utf8',
    env: ENV,
    cwd: `${directory}/folder`,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe('bash', () => {
  /** What bash offers for words, as it splits them: at `=`, too. */
  function offered(...words: string[]): string[] {
    const script = `
      source <(ipft completion bash) || exit 1
      compopt() { :; } # only within a completion
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
      _ipft && ((\${#COMPREPLY[@]})) && printf '%s\\n' "\${COMPREPLY[@]}"; true`;
    return shell('bash', ['--norc', '-c', script, 'bash', 'ipft', ...words])
      .split('\n')
      .slice(0, -1);
  }

  it('offers options, values and files', () => {
    expect(offered('--rotate')).toEqual(['--rotate', '--rotate-keep']);
    expect(offered('-m', '1', '-o', 'js')).toEqual(['json']);
    expect(offered('--output', '=', 'js')).toEqual(['json']);
    expect(offered('--output', '=')).toEqual(SHOWN);
    expect(offered('-o', "'js")).toEqual(['json']);
    expect(offered('--output-file', 'tr')).toEqual(['trace one.json']);
    expect(offered('--output-file', '=', 'tr')).toEqual(['trace one.json']);
    expect(offered('completion', 'b')).toEqual(['bash']);
    expect(offered('-m', '')).toEqual([]);
  });

  it('offers commands after --, and then files', () => {
    expect(offered('-m', '1', '--', 'mkdi')).toContain('mkdir');
    expect(offered('--output', '=', 'json', '--', 'cat', 'tr')).toEqual(['trace one.json']);
  });

  it('completes as it is typed', () => {
    expect(typed(['bash', '--norc', '-i'], 'ipft -m 1 --rotate-k', 'bash')).toContain('--rotate-keep ');
  });
});

/** What a terminal shows when a line and a tab are typed into a shell that has the script, until it shows `end`. */
function typed(command: readonly string[], line: string, name: string, end = 'keep '): string {
  const script = `
import os, pty, select, sys, time
line, name, end, command = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
pid, fd = pty.fork()
if pid == 0: os.execvp(command[0], command)
def read(until, seconds):
    text, end = b'', time.time() + seconds
    while time.time() < end and until not in text:
        if select.select([fd], [], [], 0.1)[0]:
            try: text += os.read(fd, 65536)
            except OSError: break
    return text
def write(text): os.write(fd, text.encode())
write("PS1='> '; " + ('autoload -U compinit; compinit -u; ' if name == 'zsh' else '') + 'source <(ipft completion ' + name + '); echo rea""dy\\n')
read(b'ready', 20)
read(b'never', 0.5)
write(line + '\\t')
print(read(end.encode(), 10).decode())
os.close(fd)
`;
  return shell('python3', ['-c', script, line, name, end, ...command]);
}

const noZsh = absence('zsh');
describe.skipIf(noZsh !== null)(`zsh${noZsh === null ? '' : ` (skipped: ${noZsh})`}`, () => {
  it('accepts the script', () => {
    shell('zsh', ['-f', '-n', '-c', shell('ipft', ['completion', 'zsh'])]);
  });

  it.each([
    ['ipft -m 1 --rotate-k', '--rotate-keep '],
    ['ipft doc', 'doctor '],
    ['ipft export --to fol', 'folded '],
  ])('completes an option, a subcommand, a value as it is typed: %s', (line, completed) => {
    expect(typed(['zsh', '-f', '-i'], line, 'zsh', completed)).toContain(completed);
  });
});

const noFish = absence('fish');
describe.skipIf(noFish !== null)(`fish${noFish === null ? '' : ` (skipped: ${noFish})`}`, () => {
  const offered = (line: string): string[] =>
    shell('fish', ['--no-config', '-c', `ipft completion fish | source; complete -C ${JSON.stringify(line)}`])
      .split('\n')
      .slice(0, -1);

  it('offers options, values, files and commands', () => {
    expect(offered('ipft --rotate').map((each) => each.split('\t')[0])).toEqual([
      '--rotate',
      '--rotate-keep',
    ]);
    expect(offered('ipft -m 1 -o js')).toEqual([expect.stringMatching(/^json\tone JSON object/)]);
    expect(offered('ipft --output=js')[0]).toMatch(/^--output=json\t/);
    expect(offered('ipft --output-file tr')).toEqual(['trace one.json']);
    expect(offered('ipft -m 1 -- mkdi').map((each) => each.split('\t')[0])).toContain('mkdir');
  });
});
