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

/** One file each for the command and the library instead of seventy: ipft starts in half the time in a guest. */
const bundle = (name, plugins = []) => ({
  input: { [name]: `src/${name}.ts` },
  platform: 'node',
  plugins,
  output: { dir: 'dist', format: 'esm', codeSplitting: false },
});

export default defineConfig([bundle('bin', [licences]), bundle('index')]);
