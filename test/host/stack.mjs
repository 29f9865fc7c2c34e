// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Places in bundled tests, as errors name them, in terms of the sources.
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, relative, resolve } from 'node:path';

const PLACE = /(?:file:\/\/)?(\/[^\s():]+\.js):(\d+):(\d+)/g;

const maps = new Map();

function mapOf(file) {
  if (!maps.has(file)) {
    let map = null;
    try {
      map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
    } catch {
      // no bundled file
    }
    maps.set(file, map);
  }
  return maps.get(file);
}

/** The same text with `test/kernel/.../NAME.test.ts:LINE:COLUMN` for each place in a file that was bundled below `root`. */
export const inSources = (text, root) =>
  text.replaceAll(PLACE, (place, file, line, column) => {
    const entry = mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry?.originalSource === undefined) return place;
    const source = relative(root, resolve(dirname(file), entry.originalSource));
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
