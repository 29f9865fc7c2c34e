// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HOME } from '../support/home.js';

/** The rooms of native, each with those that it may include. No room includes one that stands behind it. */
const ROOMS: Record<string, readonly string[]> = {
  support: [],
  types: ['support'],
  symbols: ['types', 'support'],
  attach: ['support'],
  drain: ['support'],
  filter: ['support'],
  extension: ['types', 'support'],
  session: ['attach', 'symbols', 'support'],
  xdp: ['session', 'support'],
  js: ['xdp', 'session', 'extension', 'filter', 'drain', 'attach', 'symbols', 'types', 'support'],
  keeper: ['attach', 'support'],
  tools: [],
};

/** Headers of libraries that only these rooms may include. */
const LIBRARIES: Record<string, readonly string[]> = { 'napi.h': ['js'], 'uv.h': ['drain'] };

/** Headers outside native: the ABI, in bpf/, and what the build generates, with the room that it is for. */
const ABI = 'ipft.h';
const GENERATED: Record<string, string> = { 'bpf_objects.inc': 'session', 'errno_names.inc': 'support' };

const names = Object.keys(ROOMS);

/** The include lines of a source file in `room` that break a rule. */
function violations(room: string, source: string): string[] {
  const allowed = [room, ...(ROOMS[room] ?? [])];
  const isAllowed = (bracket: string, header: string): boolean =>
    bracket === '<'
      ? (LIBRARIES[header] ?? [room]).includes(room)
      : header === ABI || GENERATED[header] === room || allowed.includes(header.split('/')[0] ?? '');
  return Array.from(source.matchAll(/^\s*#\s*include\s*([<"])([^>"]+)[>"]/gm))
    .filter(([, bracket = '', header = '']) => !isAllowed(bracket, header))
    .map(([, , header]) => `${room}: ${header ?? ''}`);
}

describe('the rooms of native', () => {
  it('are complete, in the order of docs/architecture.md, and each may include only rooms listed before it', () => {
    const entries = readdirSync(join(HOME, 'native'), { withFileTypes: true });
    expect(entries.filter((entry) => !entry.isDirectory())).toEqual([]);
    expect(entries.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    for (const [place, [, allowed]] of Object.entries(ROOMS).entries())
      expect(names.slice(0, place)).toEqual(expect.arrayContaining([...allowed]));
    const [, section = ''] = /^## The rooms of native\n(.*?)^## /ms.exec(
      readFileSync(join(HOME, 'docs/architecture.md'), 'utf8'),
    ) ?? ['', ''];
    const told = Array.from(section.matchAll(/^\| `(\w+)` \|/gm), ([, name]) => name);
    expect(told).toEqual(names.toReversed());
  });

  it.each(names)('%s includes only rooms that it may include', (room) => {
    const folder = join(HOME, 'native', room);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => /\.(cc|h)$/.test(file));
    expect(sources).not.toEqual([]);
    const found = sources.flatMap((file) => violations(room, readFileSync(join(folder, file), 'utf8')));
    expect(found).toEqual([]);
  });

  it.each(Object.entries(ROOMS))('%s: an include of any other room is detected', (room, allowed) => {
    for (const other of names) {
      const found = violations(room, `#pragma once\n\n#include "${other}/planted.h"\n`);
      const isAllowed = other === room || allowed.includes(other);
      expect(found).toEqual(isAllowed ? [] : [`${room}: ${other}/planted.h`]);
    }
    expect(violations(room, '#include "planted.h"\n')).toEqual([`${room}: planted.h`]);
    expect(violations(room, '#include "ipft.h"\n#include <string>\n')).toEqual([]);
    expect(violations(room, '#include <napi.h>\n')).toEqual(room === 'js' ? [] : [`${room}: napi.h`]);
    expect(violations(room, '#include <uv.h>\n')).toEqual(room === 'drain' ? [] : [`${room}: uv.h`]);
  });
});
