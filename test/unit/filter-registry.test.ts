// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { filters } from '../../src/filters/index.js';

it.each([...filters.keys()])('docs name the filter %s', (id) => {
  expect(readFileSync('docs/filters.md', 'utf8')).toContain(`--${id}`);
  const [, listed = ''] = /`filters` \(`\{([^}]*)\}`\)/.exec(readFileSync('docs/scripting.md', 'utf8')) ?? [];
  expect(listed.split(',').map((name) => name.trim())).toContain(id);
});

it('a filter whose id has a dash is obeyed', async () => {
  vi.resetModules();
  vi.doMock('../../src/filters/index.js', () => {
    const filter = { id: 'ether-type', value: 'number', description: 'x', condition: (): string => '' };
    return { filters: new Map([[filter.id, filter]]) };
  });
  const { parseCommandLine } = await import('../../src/cli/parse.js');
  const request = parseCommandLine(['--ether-type', '0x806'], '');
  expect(request).toMatchObject({ options: { filters: { 'ether-type': '0x806' } } });
  expect(request).not.toHaveProperty('options.etherType');
});
