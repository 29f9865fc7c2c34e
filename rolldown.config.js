// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';
import { defineConfig } from 'rolldown';

const BUNDLED = { commander: 'LICENSE', chalk: 'license' };

/** The licences of what is bundled go with it. */
const licences = {
  name: 'licences',
  generateBundle() {
    const texts = Object.entries(BUNDLED).map(([name, file]) => {
      const text = readFileSync(new URL(`node_modules/${name}/${file}`, import.meta.url), 'utf8');
      return `== ${name}\n\n${text.trim()}\n`;
    });
    this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES.txt', source: texts.join('\n') });
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

export default defineConfig([
  // Node.js starts a CommonJS file sooner: no loader of ES modules, no views of its own modules, of which each loads all that is lazy.
  bundle('bin', 'bin', { plugins: [licences], format: 'cjs', entryFileNames: 'bin.cjs' }),
  bundle('index', 'index'),
  bundle('extension', 'extension'),
  bundle('extension-hooks', 'extension/hooks'),
]);
