import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * Imports point one way: bin -> cli -> run -> {backends, columns, filters, outputs} -> {codegen, packet} -> core; only run
 * imports native.
 * Each room lists what it may import from outside itself; `from` is the prefix of an import that leaves the room.
 */
function room(files, from, allowed, { lazily = false } = {}) {
  const pattern = {
    // No allowed room: (?!) matches nothing, so every import out of the room is an error.
    regex: `^${from}(?!${allowed.join('|') || '(?!)'})`,
    message: `${files.join(', ')}: the rooms it may import from are ${allowed.join(', ') || 'none'}`,
  };
  const dynamic = { selector: 'ImportExpression', message: 'lazy imports are for bin, cli and run' };
  return {
    files,
    rules: {
      'no-restricted-imports': ['error', { patterns: [pattern] }],
      'no-restricted-syntax': ['error', ...(lazily ? [] : [dynamic])],
    },
  };
}

const middle = ['backends/', 'columns/', 'filters/', 'outputs/', 'codegen/', 'packet/', 'core/'];

export default defineConfig(
  { ignores: ['node_modules/', 'dist/', 'build/', '.cache/', 'src/core/abi.ts'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', '*.config.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.check.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreVoidReturningFunctions: true, ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      eqeqeq: 'error',
    },
  },
  { files: ['test/**/*.ts'], rules: { 'max-lines-per-function': 'off' } },
  room(['src/bin.ts'], '\\./', ['cli\\.js'], { lazily: true }),
  room(['src/cli.ts'], '\\./', ['cli/', 'run\\.js', ...middle], { lazily: true }),
  room(['src/cli/*.ts'], '\\.\\./', ['run/', ...middle], { lazily: true }),
  room(['src/cli/*/**/*.ts'], '\\.\\./\\.\\./', ['run/', ...middle], { lazily: true }),
  room(
    ['src/run.ts', 'src/index.ts', 'src/extension.ts'],
    '\\./',
    ['run\\.js', 'run/', 'native/', ...middle],
    { lazily: true },
  ),
  room(['src/run/*.ts'], '\\.\\./', ['native/', ...middle], { lazily: true }),
  room(['src/run/*/**/*.ts'], '\\.\\./\\.\\./', ['native/', ...middle], { lazily: true }),
  room(['src/native/**/*.ts'], '\\.\\./', ['core/']),
  room(['src/{backends,columns,filters,outputs}/**/*.ts'], '\\.\\./', ['codegen/', 'packet/', 'core/']),
  room(['src/{codegen,packet}/**/*.ts'], '\\.\\./', ['core/']),
  room(['src/core/**/*.ts'], '\\.\\./', []),
);
