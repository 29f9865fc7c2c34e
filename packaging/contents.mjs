// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/**
 * Writes what is in a package and under which licences: NOTICE for people, sbom.cdx.json (CycloneDX) for programs.
 *   node packaging/contents.mjs FOLDER LIBRARIES[,LIBRARIES] [NODE-PACKAGE]
 * FOLDER holds the package, LIBRARIES is what packaging/libraries has printed for each architecture; with NODE-PACKAGE, a folder of
 * Node.js from npm, the package has Node.js in it and its C++ library beside it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import cyclonedx from '@cyclonedx/cyclonedx-library';

const { Enums, Models, Serialize, Spec } = cyclonedx;
const [folder, libraries, nodeFolder] = process.argv.slice(2);
const root = join(import.meta.dirname, '..');
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
const { version, license, description } = json(join(folder, 'package.json'));
const { packages } = json(join(root, 'package-lock.json'));

/** The licences of Debian's source packages, of which debian/copyright has no expression. */
const LICENCES = {
  zlib: 'Zlib',
  elfutils: 'LGPL-3.0-or-later OR GPL-2.0-or-later',
  libbpf: 'LGPL-2.1-only OR BSD-2-Clause',
  glibc: 'LGPL-2.1-or-later',
  'gcc-10': 'GPL-3.0-or-later WITH GCC-exception-3.1',
};

/** What is in it, by source package. */
const PLACES = {
  zlib: 'in the addon and the probe-keeper',
  elfutils: 'its libelf, in the addon and the probe-keeper',
  libbpf: 'in the addon and the probe-keeper',
  glibc: `in the probe-keeper${nodeFolder ? ', and in the program ipft of the tarball' : ''}`,
  'gcc-10': `its libstdc++ and libgcc, in the addon and the probe-keeper${nodeFolder ? ', and beside Node.js' : ''}`,
};

const folders = libraries.split(',');
const linesOf = (folder) => readFileSync(join(folder, 'linked'), 'utf8').trim().split('\n');
/** Each source package in each version, once. */
const linked = [...new Set(folders.flatMap(linesOf))].map((line) => {
  const [name, version] = line.split(' ');
  const purl = `pkg:deb/debian/${name}@${version.replace(':', '%3A').replace('+', '%2B')}?arch=source`;
  return { name, version, licence: LICENCES[name], place: PLACES[name], purl };
});
for (const { name, licence } of linked) if (!licence) throw new Error(`the licence of ${name} is not known`);

const thirdParty = readFileSync(join(folder, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
const bundled = [...thirdParty.matchAll(/^== (\S+)$/gm)].map(([, name]) => {
  const { version, license: licence } = packages[`node_modules/${name}`];
  return {
    name,
    version,
    licence,
    place: 'in dist/',
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
  };
});

function nodes() {
  if (nodeFolder === undefined) return [];
  const { version } = json(join(nodeFolder, 'package.json'));
  return [
    { name: 'node', version, licence: 'MIT', place: 'lib/node', purl: `pkg:github/nodejs/node@v${version}` },
  ];
}

const lua = {
  name: 'lua',
  version: '5.4',
  licence: 'MIT',
  place: 'in dist/glue.wasm',
  purl: 'pkg:generic/lua@5.4',
};
const parts = [...linked, ...bundled, lua, ...nodes()];

function notice() {
  const names = new Set(linked.map(({ name }) => name));
  const texts = [...names].map((name) => [name, readFileSync(join(folders[0], 'copyright', name), 'utf8')]);
  if (nodeFolder !== undefined) texts.push(['node', readFileSync(join(nodeFolder, 'LICENSE'), 'utf8')]);
  return [
    `ipft ${version}`,
    '',
    'ipft itself is licensed under BSD-2-Clause OR GPL-2.0-only, at your choice. Its addon and its probe-keeper have libraries',
    'linked into them, of which libelf can be had under LGPL-3.0-or-later or GPL-2.0-or-later: these two binaries are distributed',
    'under GPL-2.0-only. What else is in this package has licences of its own:',
    '',
    ...parts.map(({ name, version, licence, place }) => `  ${name} ${version}: ${place}; ${licence}`),
    '',
    "The versions of libraries are those of Debian's source packages, which ipft-sources holds for each release. The licences of",
    'what is in dist/ are in dist/THIRD-PARTY-LICENSES.txt; those of the others follow. What they name in /usr/share/common-licenses',
    'is in LICENSES/.',
    ...texts.flatMap(([name, text]) => ['', `== ${name}`, '', text.trim()]),
    '',
  ].join('\n');
}

function sbom() {
  const component = (type, { name, version, licence, purl, description }) => {
    const made = new Models.Component(type, name, { version, purl, description, bomRef: purl });
    made.licenses.add(new Models.LicenseExpression(licence));
    return made;
  };
  const ipft = { name: 'ipft', version, licence: license, description, purl: `pkg:generic/ipft@${version}` };
  const bom = new Models.Bom();
  bom.metadata.timestamp = new Date(Number(process.env.SOURCE_DATE_EPOCH) * 1000);
  bom.metadata.component = component(Enums.ComponentType.Application, ipft);
  for (const part of parts) {
    const made = component(Enums.ComponentType.Library, part);
    bom.components.add(made);
    bom.metadata.component.dependencies.add(made.bomRef);
  }
  const normalizers = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return new Serialize.JsonSerializer(normalizers).serialize(bom, { sortLists: true, space: 2 });
}

writeFileSync(join(folder, 'NOTICE'), notice());
writeFileSync(join(folder, 'sbom.cdx.json'), `${sbom()}\n`);
