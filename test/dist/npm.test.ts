// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOME } from '../support/home.js';
import { packageFile, RELEASE, VERSION } from '../support/dist/packages.js';
import { Registry } from '../support/dist/registry.js';
import { minimalRoot, PING_SHOWN, runIn, tracedPing } from '../support/dist/roots.js';
import { fromNpm, nodeFolder, NODES } from '../host/from-npm.mjs';

const ARCHIVE = `ipft-${VERSION}.tgz`;

let registry: Registry | undefined;
beforeAll(async () => {
  registry = await Registry.start();
  registry.publish(packageFile(ARCHIVE));
});
afterAll(() => registry?.stop());

/** Runs a script in a minimal system with this Node.js and, as `npm`, this npm. */
function runWith(node: string, npm: string, script: string, options: string[] = []) {
  // Node.js 26 needs a library that such a system has not.
  const root = minimalRoot('trixie', node.startsWith('26') ? ['libatomic1'] : []);
  const binds = { '/node': nodeFolder(node), '/npm': fromNpm('npm', npm), '/release': RELEASE };
  const start =
    'export PATH=$PATH:/node/bin npm_config_prefix=/usr/local; npm() { node /npm/bin/npm-cli.js --no-audit --no-fund "$@"; }; ';
  return runIn(root, start + script, binds, ['--host-net', ...options]);
}

describe('npm install -g, from a registry that has nothing but ipft', () => {
  it.each([
    [NODES[20], '10.9.4'],
    [NODES[22], '11.19.1'],
    [NODES[24], '12.2.2'],
    [NODES[26], '12.2.2'],
  ])('works with Node.js %s and npm %s, and the result traces', (node, npm) => {
    const install = `npm install -g ipft --registry ${registry?.address} >&2`;
    const { status, stdout, stderr } = runWith(
      node,
      npm,
      `${install}; ${tracedPing('ipft')}; ipft --version -v`,
    );
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).toMatch(/^added 1 package /m);
    expect(stderr).not.toMatch(/script|approve|deprecated|warn/i);
    for (const line of PING_SHOWN) expect(stdout).toMatch(line);
    expect(stdout).toContain(`Node.js                       ${node}, `);
    expect(stdout).toMatch(/prebuilt\/linux-x64\/ipft\.node, libbpf 1\.1$/m);
  });
});

describe('npm install -g ./ipft-VERSION.tgz', () => {
  it('needs no network', () => {
    const script = `npm install -g --offline /release/${ARCHIVE} >&2; ${tracedPing('ipft')}`;
    const { status, stdout, stderr } = runWith(NODES[22], '11.19.1', script);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    for (const line of PING_SHOWN) expect(stdout).toMatch(line);
  });

  it('names Node.js that is too old', () => {
    const script = `npm install -g --offline /release/${ARCHIVE} >&2; ipft -m 1`;
    const { status, stderr } = runWith('18.20.8', '10.9.4', script);
    expect(status).toBe(3);
    expect(stderr).toMatch(/^npm warn EBADENGINE .*>=20\.19/m);
    expect(stderr).toMatch(/^ipft: Node\.js 18\.20\.8 is too old\nTry: Node\.js 20\.19 or later\n/m);
  });

  it('names a file system that executes nothing', () => {
    const script = `npm install -g --prefix /mnt --offline /release/${ARCHIVE} >&2; node /mnt/lib/node_modules/ipft/dist/bin.cjs -m 1`;
    const { status, stderr } = runWith(NODES[22], '11.19.1', script, ['--options', '/mnt:noexec,mode=755']);
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: expect.stringMatching(
        /the native addon does not load: .*\nTry: a file system that is not mounted noexec\n/,
      ) as string,
    });
  });

  it('is an API for JavaScript, too', () => {
    const script = `mkdir /tmp/a; cd /tmp/a; npm install --offline /release/${ARCHIVE} >&2
      echo "import { trace } from 'ipft'; console.log(typeof trace)" >a.mjs; node a.mjs`;
    expect(runWith('24.22.3', '12.2.2', script)).toMatchObject({ status: 0, stdout: 'function\n' });
  });

  it('says for which platform it has no binaries', () => {
    const script = `npm install -g --offline /release/${ARCHIVE} >&2
      cd /usr/local/lib/node_modules/ipft; mv prebuilt/linux-x64 prebuilt/linux-riscv64; node dist/bin.cjs -m 1`;
    const { status, stderr } = runWith(NODES[22], '11.19.1', script);
    expect(status).toBe(3);
    expect(stderr).toMatch(
      /this package of ipft has no native addon for linux-x64: [^]*Try: a clone of ipft/,
    );
  });
});

describe('the package', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ipft-npm-'));
    const words = [
      'install',
      '--prefix',
      folder,
      '--offline',
      '--no-audit',
      '--no-fund',
      packageFile(ARCHIVE),
    ];
    execFileSync('npm', words, { stdio: 'pipe' });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('needs no other package and runs no script', () => {
    const path = join(folder, 'node_modules/ipft/package.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    for (const key of ['dependencies', 'optionalDependencies', 'peerDependencies', 'scripts'])
      expect(manifest[key]).toBeUndefined();
    expect(existsSync(join(folder, 'node_modules/.bin/ipft'))).toBe(true);
    expect(manifest['man']).toEqual(['man/ipft.1']);
  });

  it.each(['6.1', '6.12', '7.2'])('traces functions on Linux %s', (kernel) => {
    const ipft = join(folder, 'node_modules/.bin/ipft');
    const words = [kernel, '--', ipft, '-m', '1', '--', 'ping', '-q', '-c', '1', '-m', '1', '127.0.0.1'];
    const stdout = execFileSync(join(HOME, 'lab/vm'), words, { encoding: 'utf8' });
    for (const name of ['ip_output', 'ip_rcv', 'icmp_rcv'])
      expect(stdout).toMatch(new RegExp(` ${name} \\(`));
  });
});
