// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bundle } from '../support/dist/bundle.js';
import { packageFile, VERSION } from '../support/dist/packages.js';
import { minimalRoot, PING_SHOWN, runInGuest, tracedPing } from '../support/dist/roots.js';
import { pingIn, reasonOf } from '../support/dist/ways.js';
import { HOME } from '../support/home.js';

/*
 * Packages for arm64, which are made on x86-64, in guests of arm64.
 */

const TARBALL = `ipft-${VERSION}-linux-arm64`;
const FUNCTIONS = ['ip_output', 'ip_rcv', 'icmp_rcv'];
/** A marked ping through all functions. */
const tracedFunctions = (ipft: string): string => `${ipft} -m 1 -- ping -q -c 1 -m 1 127.0.0.1`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ipft-arm64-'));
  execFileSync('tar', ['-xf', packageFile(`${TARBALL}.tar.xz`), '-C', folder]);
  for (const name of ['npm', 'deb']) execFileSync('mkdir', [join(folder, name)]);
  execFileSync('tar', ['-xf', packageFile(`ipft-${VERSION}.tgz`), '-C', join(folder, 'npm')]);
  execFileSync('dpkg-deb', ['-x', packageFile(`ipft_${VERSION}_arm64.deb`), join(folder, 'deb')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the tarball for arm64', () => {
  it.each([
    ['bullseye', '6.12-arm64'],
    ['bookworm', '6.12-arm64'],
    ['trixie', '7.2-arm64'],
    ['sid', '7.2-arm64'],
  ])(
    'traces by tracepoints and through functions in a minimal system of %s, on Linux %s',
    (suite, kernel) => {
      const root = minimalRoot(suite, [], 'arm64');
      const ipft = `/opt/${TARBALL}/ipft`;
      const script = `${ipft} --version -v; ${tracedPing(ipft)}; ${tracedFunctions(ipft)}`;
      const { status, stdout, stderr } = runInGuest(kernel, root, script, { '/opt': folder });
      expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('Lost: 0') as string });
      expect(stdout).toMatch(/^Node\.js +24\.\d+\.\d+, \/opt\/.*\/lib\/node$/m);
      for (const line of PING_SHOWN) expect(stdout).toMatch(line);
      for (const name of FUNCTIONS) expect(stdout).toMatch(new RegExp(` ${name} \\(`));
    },
  );

  it('has code of the script that its Node.js takes', () => {
    const dist = join(folder, TARBALL, 'lib/ipft/dist/cli.script.js');
    // In front of the code are the time and the size of the script.
    const program = `const { readFileSync } = require('fs');
      const cachedData = readFileSync('${dist}.' + process.version + '.cache').subarray(16);
      const source = readFileSync('${dist}', 'latin1');
      console.log(new vm.Script(source, { cachedData, filename: 'ipft/dist/cli.script.js' }).cachedDataRejected)`;
    const node = join(folder, TARBALL, 'lib/node');
    const { stdout } = spawnSync(join(HOME, 'lab/vm'), ['6.12-arm64', '--', node, '-e', program], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('false\n');
  });
});

describe('on Linux 6.12 for arm64', () => {
  const inGuest = (script: string) =>
    spawnSync(join(HOME, 'lab/vm'), ['6.12-arm64', '--', 'bash', '-euc', script], { encoding: 'utf8' });

  it('the archive for npm traces', () => {
    const script = tracedFunctions(`node ${folder}/npm/package/dist/bin.cjs`);
    const { status, stdout, stderr } = inGuest(script);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    for (const name of FUNCTIONS) expect(stdout).toMatch(new RegExp(` ${name} \\(`));
  });

  it('the files of the .deb trace with Node.js, libbpf and libpcap of Debian 13', () => {
    const root = minimalRoot('trixie', ['nodejs', 'libbpf1', 'libpcap0.8t64'], 'arm64');
    const script = `cp -r /opt/deb/usr /
      ipft --version -v; ${tracedFunctions('ipft --filter icmp')}`;
    const { status, stdout, stderr } = runInGuest('6.12-arm64', root, script, { '/opt': folder });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stdout).toMatch(/^Node\.js +20\.19\.\d+, \/usr\/bin\/node$/m);
    expect(stdout).toMatch(/^addon +\/usr\/lib\/ipft\/prebuilt\/linux-arm64\/ipft\.node, libbpf 1\.5$/m);
    for (const name of FUNCTIONS) expect(stdout).toMatch(new RegExp(` ${name} \\(`));
  });

  it('the image traces the guest in which it runs', () => {
    const bundle = new Bundle('arm64');
    try {
      const args = ['-m', '1', '--count', '20', '--duration', '60s'];
      const ran = bundle.run('6.12-arm64', {
        args,
        capabilities: ['SYS_ADMIN', 'SYSLOG'],
        tracing: true,
      });
      expect(ran).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('Samples: 20 Lost: 0') as string,
      });
      expect(ran.stdout).toMatch(/ ip_output \(len: 84\)\n/);
    } finally {
      bundle.remove();
    }
  });

  it('a marked ping goes through the same functions as on x86-64, but for those that a compiler has inlined or cloned', () => {
    const x64 = mkdtempSync(join(tmpdir(), 'ipft-x64-'));
    try {
      execFileSync('tar', ['-xf', packageFile(`ipft-${VERSION}-linux-x64.tar.xz`), '-C', x64]);
      const here = pingIn('6.12', join(x64, `ipft-${VERSION}-linux-x64/ipft`));
      const there = pingIn('6.12-arm64', join(folder, TARBALL, 'ipft'));
      const lacking = (own: typeof here, other: typeof here) =>
        [...own.callers.keys()]
          .filter((name) => !other.callers.has(name))
          .map((name) => [name, reasonOf(name, own, other)] as const);
      const differences = [...lacking(here, there), ...lacking(there, here)];
      console.log(
        `${here.callers.size} functions on x86-64, ${there.callers.size} on arm64; ${JSON.stringify(differences)}`,
      );
      expect(here.callers.size).toBeGreaterThan(40);
      // Calls are found where there are some.
      for (const { calls } of [here, there]) expect(calls.get('ip_rcv')).toContain('ip_rcv_core');
      expect(differences.length).toBeLessThan(here.callers.size / 4);
      expect(differences.filter(([, reason]) => reason === null)).toEqual([]);
    } finally {
      rmSync(x64, { recursive: true, force: true });
    }
  });
});
