// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anotherClone } from '../support/dist/clone.js';
import { HOME } from '../support/home.js';
import { packageFile, RELEASE, VERSION } from '../support/dist/packages.js';

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

let folder: string;
const tree = (): string => join(folder, `ipft-${VERSION}-linux-x64`);
const ipft = (): string => join(tree(), 'lib/ipft');
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ipft-contents-'));
  execFileSync('tar', ['-xf', packageFile(`ipft-${VERSION}-linux-x64.tar.xz`), '-C', folder]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Part {
  readonly name: string;
  readonly version: string;
  readonly licenses: readonly [{ readonly expression: string }];
}
const parts = (): Part[] => (json(join(ipft(), 'sbom.cdx.json')) as { components: Part[] }).components;

describe('sbom.cdx.json', () => {
  it('is valid by the schema of CycloneDX', () => {
    const schemas = join(HOME, 'node_modules/@cyclonedx/cyclonedx-library/res/schema');
    const ajv = new Ajv({ strict: false, validateFormats: false });
    for (const name of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json'])
      ajv.addSchema(json(join(schemas, name)) as object, `http://cyclonedx.org/schema/${name}`);
    const valid = ajv.compile(json(join(schemas, 'bom-1.6.SNAPSHOT.schema.json')) as object);
    const bom = json(join(ipft(), 'sbom.cdx.json')) as object;
    expect({ valid: valid(bom), errors: valid.errors }).toEqual({ valid: true, errors: null });
    expect(valid({ ...bom, components: [{ name: 'without a type' }] })).toBe(false);
  });

  it('names what is linked, bundled and beside', () => {
    const names = parts().map(({ name }) => name);
    for (const name of [
      'zlib',
      'elfutils',
      'libbpf',
      'glibc',
      'gcc-10',
      'node',
      'commander',
      'sucrase',
      'lua',
    ])
      expect(names).toContain(name);
  });
});

describe('NOTICE', () => {
  it('names each part with its version and licence, and has the texts', () => {
    const notice = readFileSync(join(ipft(), 'NOTICE'), 'utf8');
    for (const { name, version, licenses } of parts())
      expect(notice).toMatch(
        new RegExp(`^ {2}${name} ${version.replaceAll('+', '\\+')}: .*; ${licenses[0].expression}$`, 'm'),
      );
    for (const name of ['zlib', 'elfutils', 'libbpf', 'glibc', 'gcc-10', 'node'])
      expect(notice).toContain(`\n== ${name}\n`);
    expect(notice).toMatch(/two binaries are distributed\nunder GPL-2\.0-only/);
  });
});

describe('the binaries', () => {
  const read = (options: string, path: string): string =>
    execFileSync('readelf', ['-W', options, path], { encoding: 'utf8' });
  const binaries = () => join(ipft(), 'prebuilt/linux-x64');

  it('need no library but glibc', () => {
    const needed = (path: string) =>
      [...read('-d', path).matchAll(/NEEDED.*\[(.*)\]/g)].map(([, name]) => name);
    expect(needed(join(binaries(), 'ipft.node')).sort()).toEqual([
      'ld-linux-x86-64.so.2',
      'libc.so.6',
      'libdl.so.2',
      'libm.so.6',
    ]);
    expect(needed(join(binaries(), 'probe-keeper'))).toEqual([]);
    expect(needed(join(tree(), 'ipft'))).toEqual([]);
  });

  it.each(['lib/ipft/prebuilt/linux-x64/ipft.node', 'lib/node'])('%s runs with glibc 2.31', (path) => {
    const versions = [...read('-V', join(tree(), path)).matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) =>
      Number(minor),
    );
    expect(versions.length).toBeGreaterThan(5);
    expect(Math.max(...versions)).toBeLessThanOrEqual(31);
  });

  it('name no folder of the machine that built them', () => {
    const { status, stdout } = spawnSync('grep', ['-rlaF', '--', HOME, tree()], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });
});

describe('release/', () => {
  it('has a checksum of each package', () => {
    const lines = readFileSync(join(RELEASE, 'SHA256SUMS'), 'utf8').trim().split('\n');
    const names = readdirSync(RELEASE).filter((name) => name.startsWith('ipft'));
    expect(lines.map((line) => line.split('  ')[1]).sort()).toEqual(names.sort());
    for (const line of lines) {
      const [sum, name = ''] = line.split('  ');
      expect(sum).toBe(sha256(join(RELEASE, name)));
    }
  });

  it('has the sources of what is linked', () => {
    const words = ['-tf', packageFile(`ipft-${VERSION}-sources.tar`)];
    const names = execFileSync('tar', words, { encoding: 'utf8' });
    const linked = parts().filter(({ name }) =>
      ['zlib', 'elfutils', 'libbpf', 'glibc', 'gcc-10'].includes(name),
    );
    expect(linked).toHaveLength(5);
    for (const { name, version } of linked)
      expect(names).toContain(`/${name}_${version.replace(/^\d+:/, '')}.dsc\n`);
  });

  it('has the same bytes when another clone makes them, libraries included', () => {
    using clone = anotherClone();
    const names = [
      `ipft-${VERSION}.tgz`,
      `ipft-${VERSION}-linux-x64.tar.xz`,
      `ipft_${VERSION}_amd64.deb`,
      `ipft-${VERSION}-image-linux-x64.tar`,
    ];
    for (const name of names)
      expect([name, sha256(join(clone.path, 'release', name))]).toEqual([name, sha256(packageFile(name))]);
  });
});
