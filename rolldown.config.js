// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { defineConfig } from 'rolldown';

const BUNDLED = { commander: 'LICENSE', chalk: 'license', diff: 'LICENSE', valibot: 'LICENSE.md' };

const licenceOf = (name, file) =>
  readFileSync(new URL(`node_modules/${name}/${file}`, import.meta.url), 'utf8').trim();

/** The licences of what is bundled go with it. */
const licences = {
  name: 'licences',
  generateBundle() {
    const texts = Object.entries(BUNDLED).map(([name, file]) => `== ${name}\n\n${licenceOf(name, file)}\n`);
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
    for (const fileName of Object.keys(files).filter((each) => each.endsWith('.script.js'))) {
      const filename = join(dir, fileName);
      setFlagsFromString('--no-lazy');
      const script = new Script(readFileSync(filename, 'latin1'), { filename });
      setFlagsFromString('--lazy'); // V8 takes no code that was compiled with other flags
      const { mtimeMs, size } = statSync(filename);
      const head = Buffer.from(Float64Array.of(mtimeMs, size).buffer);
      writeFileSync(`${filename}.${process.version}.cache`, Buffer.concat([head, script.createCachedData()]));
    }
  },
};

/** One file for each entry instead of seventy: ipft starts in half the time in a guest. Only extensions load what is external. */
const bundle = (name, source, { plugins = [], ...output } = {}) => ({
  input: { [name]: `src/${source}.ts` },
  platform: 'node',
  external: ['sucrase', 'wasmoon'],
  plugins,
  output: { dir: 'dist', format: 'esm', codeSplitting: false, ...output },
});

/** What goes into HTML reports: the style, without what only its authors read, and the licence of what is in the script. */
const report = {
  name: 'report',
  generateBundle(_, files) {
    const licences = `/*!\nipft: BSD-2-Clause OR GPL-2.0-only\n\ndiff:\n${licenceOf('diff', BUNDLED.diff)}\n*/\n`;
    for (const chunk of Object.values(files)) chunk.code = licences + chunk.code;
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
  ...bundle(name, `viewer/${source}`, { plugins: [report], format: 'iife', minify: true }),
  platform: 'browser',
  tsconfig: 'src/viewer/tsconfig.json',
});

export default defineConfig([
  // Node.js starts a CommonJS file sooner: no loader of ES modules, no views of its own modules, of which each loads all that is lazy.
  bundle('bin', 'bin', { format: 'cjs', entryFileNames: 'bin.cjs' }),
  // Without spaces and comments a third less is read at each start, and kept; names stay, for whoever reads a stack.
  bundle('cli', 'cli/main', {
    ...{ plugins: [licences, compiled], format: 'cjs', entryFileNames: 'cli.script.js' },
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  }),
  bundle('index', 'index'),
  bundle('extension', 'extension'),
  bundle('extension-hooks', 'extension/hooks'),
  // Read only by those who export.
  bundle('exports', 'exports/index'),
  ...[viewer('report-viewer', 'main'), viewer('diff-viewer', 'diff/main')],
]);
