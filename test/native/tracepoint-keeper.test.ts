// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addon } from '../support/addon/addon.js';
import { refusal } from '../support/addon/bpf-objects.js';
import { HOME } from '../support/home.js';

const KEEPER = join(HOME, 'build/Release/probe-keeper');
const reason = refusal();

/** Has the keeper read these lines; returns what it said. Its stdin ends at once, so it lets go at once. */
function keeper(lines: readonly string[], programs: readonly number[] = []): string[] {
  const { stdout } = spawnSync(KEEPER, [], {
    input: lines.map((line) => `${line}\n`).join(''),
    stdio: ['pipe', 'pipe', 'inherit', ...programs],
    encoding: 'utf8',
  });
  return stdout.trimEnd().split('\n');
}

describe('the probe-keeper', () => {
  it.each([
    [
      'a program that was not announced',
      ['backend tracepoint', 'function 0 0 0x0 0 0 vmlinux tp:netif_rx', 'attach'],
    ],
    ['a program number beyond all reason', ['backend tracepoint', 'program 4000000000 3', 'attach']],
  ])('refuses %s', (_, lines) => {
    expect(keeper(lines)).toEqual([expect.stringMatching(/^error 22 EINVAL .*Invalid argument/)]);
  });
});

it.skipIf(reason !== null)(
  `a missing tracepoint does not affect others, and hidden ones are not counted${reason === null ? '' : ` (skipped: ${reason})`}`,
  async () => {
    const { table, names, addresses } = addon.readTracepoints();
    const id = names.split('\n').indexOf('tp:net_dev_queue');
    const session = new addon.Session(
      {
        mark: 1,
        mask: 1,
        programs: 'tracepoint',
        functions: Uint32Array.of(id, id),
        table,
        bodyOffsets: new Uint8Array(addresses.length),
        hidden: new Uint32Array(0),
        reportsEnds: false,
        pageCount: 8,
        leastPageCount: 8,
        wakeupEvents: 0,
      },
      () => undefined,
    );
    expect(session.programFds).toHaveLength(2);
    const child = spawn(KEEPER, [], { stdio: ['pipe', 'pipe', 'inherit', ...session.programFds] });
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (/^attached /m.test(said)) child.stdin?.end();
    });
    child.stdin?.write(
      'backend tracepoint\nprogram 0 3\nprogram 1 4\nfunction 7 0 0x0 0 0 vmlinux tp:no_such_tracepoint\n' +
        'function 8 1 0x0 0 0 vmlinux tp:net_dev_queue\nhidden 9 0 0x0 0 0 vmlinux tp:no_such_tracepoint\n' +
        'hidden 10 1 0x0 0 0 vmlinux tp:net_dev_queue\nattach\n',
    );
    await new Promise((resolve) => child.once('close', resolve));
    session.close();
    const lines = said.split('\n').filter((line) => !/^(progress|detaching) /.test(line));
    expect(lines).toEqual(['failed 7 2 ENOENT', 'failed 9 2 ENOENT', 'attached 1 1', 'detached', '']);
  },
);
