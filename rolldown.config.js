// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'rolldown';
import { keepCode } from './scripts/keep-code.mjs';

const packageFolder = (name) => join(import.meta.dirname, 'node_modules', name);
const LUA = packageFolder('wasmoon');

/** The text of the licence that a folder of node_modules holds. */
const licenceOf = (folder) => {
  const file = readdirSync(folder).find((each) => /^licen[cs]e(\.(md|txt))?$/i.test(each));
  if (file === undefined) throw new Error(`${folder} has no licence`);
  return readFileSync(join(folder, file), 'utf8').trim();
};

/** What WebAssembly of Lua has in it: all under the MIT licence, as the package itself. */
const WITHIN_LUA = {
  lua: 'Copyright (c) 1994-2024 Lua.org, PUC-Rio.',
  emscripten: 'Copyright (c) 2010-2014 Emscripten authors',
  musl: 'Copyright (c) 2005-2020 Rich Felker, et al.',
};
const withinLua = (owner) => licenceOf(LUA).replace(/^Copyright .*$/m, owner);

/** The folders of packages whose modules have become part of a file so far. */
const bundled = new Set();

/** The licences of what is bundled go with it. */
const licences = {
  name: 'licences',
  generateBundle(_, files) {
    for (const { moduleIds = [] } of Object.values(files))
      for (const id of moduleIds) {
        const [folder] = /^.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(id) ?? [];
        if (folder !== undefined) bundled.add(folder);
      }
    const name = (folder) => folder.replace(/.*\/node_modules\//, '');
    const texts = [...bundled, LUA].sort().map((folder) => `== ${name(folder)}\n\n${licenceOf(folder)}\n`);
    for (const [part, owner] of Object.entries(WITHIN_LUA))
      texts.push(`== ${part} (in glue.wasm)\n\n${withinLua(owner)}\n`);
    this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES.txt', source: texts.join('\n') });
  },
};

/** Code without other characters than those of ASCII: V8 keeps it, and Node.js reads it, in one byte a character. */
const ascii = (code) =>
  code.replace(/[^\0-\x7f]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * Makes a function of what a CommonJS file gets, and compiles it with all that it contains, for src/bin.ts, which says what is
 * in the file and when it is used.
 */
const compiled = {
  name: 'compiled',
  generateBundle(_, files) {
    for (const chunk of Object.values(files).filter(({ type }) => type === 'chunk')) {
      // A script of node:vm cannot import(): src/bin.ts does it instead.
      const code = ascii(chunk.code.replace(/\bimport\(/g, 'load('));
      chunk.code = `(function (exports, require, module, __filename, __dirname, load) {${code}})`;
    }
  },
  writeBundle({ dir }, files) {
    for (const name of Object.keys(files).filter((each) => each.endsWith('.script.js')))
      keepCode(join(dir, name));
  },
};

/** The interpreter of Lua, a file with its WebAssembly beside it. */
const lua = {
  name: 'lua',
  generateBundle() {
    for (const [fileName, from] of [
      ['wasmoon.cjs', 'index.js'],
      ['glue.wasm', 'glue.wasm'],
    ])
      this.emitFile({ type: 'asset', fileName, source: readFileSync(join(LUA, 'dist', from)) });
  },
};

/**
 * One file for each entry instead of seventy: ipft starts in half the time in a guest. What only extensions load is in files
 * of its own, so that an installed ipft needs no other package.
 */
const bundle = (name, source, { plugins = [], ...output } = {}) => ({
  input: { [name]: source },
  platform: 'node',
  external: ['sucrase', 'wasmoon'],
  plugins: [licences, ...plugins],
  output: {
    dir: 'dist',
    format: 'esm',
    codeSplitting: false,
    paths: { sucrase: './sucrase.js', wasmoon: './wasmoon.cjs' },
    ...output,
  },
});

/** What goes into HTML reports: the style, without what only its authors read, and the licence of what is in the script. */
const report = {
  name: 'report',
  generateBundle(_, files) {
    const licence = `/*!\nipft: BSD-2-Clause OR GPL-2.0-only\n\ndiff:\n${licenceOf(packageFolder('diff'))}\n*/\n`;
    for (const chunk of Object.values(files)) chunk.code = licence + chunk.code;
    const text = readFileSync(new URL('src/viewer/style.css', import.meta.url), 'utf8');
    const source = text
      .replace(/\/\*.*?\*\//gs, '')
      .replace(/\s+/g, ' ')
      .replace(/ ?([{};,]) ?/g, '$1');
    this.emitFile({ type: 'asset', fileName: 'report-viewer.css', source: source.trim() });
  },
};

/** What HTML pages have in them: it runs in browsers. */
const viewer = (name, source) => ({
  ...bundle(name, `src/viewer/${source}.ts`, { plugins: [report], format: 'iife', minify: true }),
  platform: 'browser',
  tsconfig: 'src/viewer/tsconfig.json',
});

export default defineConfig([
  // Node.js starts a CommonJS file sooner: no loader of ES modules, no views of its own modules, of which each loads all that is lazy.
  bundle('bin', 'src/bin.ts', { format: 'cjs', entryFileNames: 'bin.cjs' }),
  // Without spaces and comments a third less is read at each start, and kept; names stay, for whoever reads a stack.
  bundle('cli', 'src/cli/main.ts', {
    ...{ plugins: [compiled], format: 'cjs', entryFileNames: 'cli.script.js' },
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  }),
  bundle('index', 'src/index.ts'),
  bundle('extension', 'src/extension.ts'),
  bundle('extension-hooks', 'src/extension/hooks.ts'),
  bundle('sucrase', 'node_modules/sucrase/dist/esm/index.js', { plugins: [lua] }),
  // Read only by those who export.
  bundle('exports', 'src/exports/index.ts'),
  ...[viewer('report-viewer', 'main'), viewer('diff-viewer', 'diff/main')],
]);
