// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOME } from '../support/home.js';
import { packageFile, VERSION } from '../support/dist/packages.js';
import { minimalRoot, PING_SHOWN, runIn, tracedPing } from '../support/dist/roots.js';

const NAME = `ipft-${VERSION}-linux-x64`;
const MEGABYTE = 1e6;

let folder: string;
let unpackedMs: number;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ipft-tarball-'));
  const start = performance.now();
  execFileSync('tar', ['-xf', packageFile(`${NAME}.tar.xz`), '-C', folder]);
  unpackedMs = performance.now() - start;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the tarball', () => {
  it('has at most 40 MB', () => {
    expect(statSync(packageFile(`${NAME}.tar.xz`)).size).toBeLessThanOrEqual(40 * MEGABYTE);
  });

  it('is one folder, whose files belong to root', () => {
    const words = ['-tvf', packageFile(`${NAME}.tar.xz`), '--numeric-owner'];
    const lines = execFileSync('tar', words, { encoding: 'utf8' }).trim().split('\n');
    expect(lines.length).toBeGreaterThan(50);
    expect(readdirSync(folder)).toEqual([NAME]);
    expect(lines.filter((line) => !/^\S+ 0\/0 /.test(line))).toEqual([]);
    // Nobody else can change what root runs.
    expect(lines.filter((line) => /^-.{4}w|^-.{7}w|^d.{4}w|^d.{7}w/.test(line))).toEqual([]);
  });

  describe.each([
    ['bullseye', 'Debian 11'],
    ['bookworm', 'Debian 12'],
    ['trixie', 'Debian 13'],
    ['sid', 'unstable Debian'],
  ])('in a minimal system of %s (%s), from a read-only folder', (suite) => {
    let root: string;
    beforeAll(() => {
      root = minimalRoot(suite);
    });
    const run = (script: string, options: string[] = []) => runIn(root, script, { '/opt': folder }, options);

    it('has neither Node.js nor a compiler there', () => {
      const { stdout } = run('for each in node nodejs npm cc gcc clang xz; do command -v $each; done; true');
      expect(stdout).toBe('');
    });

    it('traces a ping by tracepoints', () => {
      const { status, stdout, stderr } = run(tracedPing(`/opt/${NAME}/ipft`));
      expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('Lost: 0') as string });
      for (const line of PING_SHOWN) expect(stdout).toMatch(line);
    });

    it('says what the machine can trace, and what it is made of', () => {
      const { stdout } = run(`/opt/${NAME}/ipft doctor; /opt/${NAME}/ipft --version -v`);
      expect(stdout).toMatch(/^ {2}tracepoint +yes/m);
      expect(stdout).toMatch(new RegExp(`^ipft +${VERSION}$`, 'm'));
      expect(stdout).toMatch(/^Node\.js +24\.\d+\.\d+, \/opt\/.*\/lib\/node$/m);
      expect(stdout).toMatch(/^ {2}elfutils +0\.188/m);
    });

    it('works by a symbolic link, without HOME, and with a /tmp that executes nothing', () => {
      const script = `ln -s /opt/${NAME}/ipft /usr/bin/ipft; unset HOME; ${tracedPing('ipft')}`;
      const { status, stdout } = run(script, ['--options', '/tmp:noexec,ro']);
      expect(status).toBe(0);
      for (const line of PING_SHOWN) expect(stdout).toMatch(line);
    });

    it('keeps NODE_OPTIONS for the command that is traced', () => {
      const command = '-- bash -c \'echo "$NODE_OPTIONS" >&2; ping -q -c 1 -m 1 127.0.0.1\'';
      const script = `export NODE_OPTIONS=--no-such-option; /opt/${NAME}/ipft -m 1 -b tracepoint ${command}`;
      const { status, stderr } = run(script);
      expect(status).toBe(0);
      expect(stderr).toMatch(/^--no-such-option$/m);
    });

    it('names what is missing for --filter', () => {
      const { status, stderr } = run(`/opt/${NAME}/ipft --filter 'tcp port 80' -b tracepoint`);
      expect(status).toBe(3);
      expect(stderr).toMatch(/libpcap/);
      expect(stderr).toMatch(/^Try: .*libpcap/m);
    });
  });

  it('says that the file system executes nothing', () => {
    const script = `cp -r /opt/${NAME} /mnt/ipft; /mnt/ipft/ipft -m 1; true`;
    const { stderr } = runIn(minimalRoot('trixie'), script, { '/opt': folder }, [
      '--options',
      '/mnt:noexec,mode=755',
    ]);
    expect(stderr).toMatch(/Permission denied/);
  });

  it('runs extensions in JavaScript, TypeScript and Lua', () => {
    const ipft = `/opt/${NAME}/ipft`;
    const traces = (kind: string) =>
      `${ipft} --gen ${kind} >/tmp/e.${kind}; ${tracedPing(`${ipft} -e /tmp/e.${kind}`)}`;
    const script = ['js', 'ts', 'lua'].map(traces).join('; ');
    const { status, stdout, stderr } = runIn(minimalRoot('bookworm'), script, { '/opt': folder });
    expect(stdout.match(/tp:net_dev_queue \(len: 98 skb->data_len: 0 linear: 98\)/g)).toHaveLength(2);
    // The one in Lua runs, and wants a file that nobody has compiled.
    expect({ status, stderr }).toMatchObject({
      status: 6,
      stderr: expect.stringMatching(/e\.lua: .*extension\.bpf\.o: No such file/) as string,
    });
  });

  it('traces soon after it was unpacked', () => {
    const script = `${tracedPing(`/opt/${NAME}/ipft`)} >/dev/null 2>&1`;
    const root = minimalRoot('trixie');
    const start = performance.now();
    expect(runIn(root, script, { '/opt': folder }).status).toBe(0);
    const seconds = (unpackedMs + performance.now() - start) / 1000;
    console.log(`tarball: ${seconds.toFixed(1)} s from the archive to the end of the first trace`);
  });

  it.each(['6.12', '5.10'])('traces functions on Linux %s', (kernel) => {
    const ipft = join(folder, NAME, 'ipft');
    const words = [kernel, '--', ipft, '-m', '1', '--', 'ping', '-q', '-c', '1', '-m', '1', '127.0.0.1'];
    const stdout = execFileSync(join(HOME, 'lab/vm'), words, { encoding: 'utf8' });
    for (const name of ['ip_output', 'ip_rcv', 'icmp_rcv'])
      expect(stdout).toMatch(new RegExp(` ${name} \\(`));
  });
});
