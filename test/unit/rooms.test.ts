// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import tseslint from 'typescript-eslint';
import { HOME } from '../support/home.js';

const { ROOMS, roomRules } = (await import(join(HOME, 'eslint.rooms.js'))) as {
  ROOMS: Record<string, readonly string[]>;
  roomRules: Linter.Config[];
};

const rooms = Object.entries(ROOMS);
const names = rooms.map(([room]) => room);
const parsed = { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } };

/** What the linter says of a file that has this line alone. */
const saidOf = (file: string, line: string): string[] =>
  new Linter({ cwd: HOME })
    .verify(line, [parsed, ...roomRules], { filename: join(HOME, file) })
    .map(({ message }) => message);

describe('the rooms of src', () => {
  it('are complete, and each may import only from rooms listed before it', () => {
    const folders = readdirSync(join(HOME, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(folders.toSorted()).toEqual(names.toSorted());
    for (const [place, [, allowed]] of rooms.entries())
      expect(names.slice(0, place)).toEqual(expect.arrayContaining([...allowed]));
  });

  it.each(rooms)('%s: an import from any other room fails lint', (room, allowed) => {
    for (const other of names.filter((each) => each !== room)) {
      const isAllowed = allowed.includes(other);
      const near = saidOf(`src/${room}/planted.ts`, `import '../${other}/x.js';`);
      const far = saidOf(`src/${room}/folder/planted.ts`, `import '../../${other}/x.js';`);
      const lazy = saidOf(`src/${room}/planted.ts`, `void import('../${other}/x.js');`);
      const isLazy = ['extension', 'run', 'cli'].includes(room);
      expect({ other, near: near.length, far: far.length, lazy: lazy.length }).toEqual({
        ...{ other, near: isAllowed ? 0 : 1, far: isAllowed ? 0 : 1, lazy: isAllowed && isLazy ? 0 : 1 },
      });
    }
  });

  it('may import from themselves', () => {
    expect(saidOf('src/core/planted.ts', "import './x.js';")).toEqual([]);
    expect(saidOf('src/run/doctor/planted.ts', "import '../list.js';")).toEqual([]);
  });
});
