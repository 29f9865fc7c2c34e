// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/**
 * The rooms of src, in the order of a trace, each with those that it may import from. Nothing is imported from a room that stands
 * behind one's own, or beside it. test/unit/rooms.test.ts plants a violation of each line.
 */
export const ROOMS = {
  core: [],
  codegen: ['core'],
  packet: ['core'],
  native: ['core'],
  terminal: ['core'],
  backends: ['core'],
  columns: ['packet', 'core'],
  checks: ['core'],
  filters: ['codegen', 'core'],
  ways: ['columns', 'core'],
  report: [],
  viewer: ['report', 'ways', 'core'],
  outputs: ['ways', 'columns', 'core'],
  exports: ['report', 'ways', 'columns', 'packet', 'core'],
  capture: ['core'],
  machine: ['backends', 'native', 'terminal', 'core'],
  nft: ['native', 'core'],
  plan: ['nft', 'machine', 'columns', 'filters', 'checks', 'codegen', 'native', 'terminal', 'core'],
  results: ['columns', 'ways', 'outputs', 'capture', 'terminal', 'core'],
  extension: ['results', 'plan', 'columns', 'outputs', 'native', 'core'],
  engine: ['extension', 'plan', 'nft', 'machine', 'checks', 'native', 'terminal', 'core'],
  api: [
    'engine',
    'extension',
    'results',
    'plan',
    'columns',
    'filters',
    'checks',
    'outputs',
    'backends',
    'terminal',
    'core',
  ],
  run: [
    ...[
      'engine',
      'extension',
      'results',
      'capture',
      'ways',
      'outputs',
      'exports',
      'plan',
      'machine',
      'columns',
      'filters',
      'checks',
      'backends',
      'native',
      'terminal',
      'core',
    ],
  ],
  cli: ['run', 'extension', 'outputs', 'filters', 'checks', 'backends', 'terminal', 'core'],
};

/** Those whose code is loaded only when it is needed, and that load other code so. */
const LAZY = ['extension', 'run', 'cli'];

const lazy = { selector: 'ImportExpression', message: `lazy imports are for ${LAZY.join(', ')} and bin` };

/** `up`: how an import begins that leaves the room. */
function rule(room, files, up) {
  const allowed = ROOMS[room].map((each) => `${each}/`);
  // No allowed room: (?!) matches nothing, so every import out of the room is an error.
  const regex = `^${up}(?!${allowed.join('|') || '(?!)'})`;
  const message = `src/${room} may import from ${ROOMS[room].join(', ') || 'no other room'}`;
  const elsewhere = `ImportExpression[source.value=/${regex.replaceAll('/', '\\u002F')}/]`;
  return {
    files,
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex, message }] }],
      'no-restricted-syntax': ['error', LAZY.includes(room) ? { selector: elsewhere, message } : lazy],
    },
  };
}

export const roomRules = Object.keys(ROOMS).flatMap((room) => [
  rule(room, [`src/${room}/*.ts`], '\\.\\./'),
  rule(room, [`src/${room}/*/**/*.ts`], '\\.\\./\\.\\./'),
]);
