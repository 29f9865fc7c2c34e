// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HOME } from '../support/home.js';

/** Runs the built command. */
function fields(...args: string[]) {
  const bin = join(HOME, 'dist/bin.cjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'fields', ...args], {
    encoding: 'utf8',
  });
  return { status, lines: stdout.split('\n').slice(0, -1), stderr };
}

const json = (lines: string[]): unknown[] => lines.map((line) => JSON.parse(line) as unknown);

describe('ipft fields', () => {
  it('lists the roots of paths', () => {
    const { status, lines } = fields();
    expect(status).toBe(0);
    expect(lines).toContain('  skb     struct sk_buff *');
    expect(json(fields('--json').lines)).toContainEqual({
      kind: 'root',
      id: 'shinfo',
      description: 'struct skb_shared_info *',
    });
  });

  it('lists members, one per line, with -> or . if they have members', () => {
    const { status, lines } = fields('skb');
    expect(status).toBe(0);
    const columns = lines.map((line) => line.split(/ {2,}/));
    expect(columns).toContainEqual(['skb->len', 'unsigned int']);
    expect(columns).toContainEqual(['skb->dev', 'struct net_device *', '->']);
    expect(columns).toContainEqual(['skb->ip_summed', '__u8 : 2']);
    expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
  });

  it('lists the members of a struct, also as JSON', () => {
    const { lines } = fields('in6_addr', '--json');
    expect(json(lines)).toEqual([
      { path: 'in6_addr->in6_u', type: 'union {...}', bit_size: 0, continuation: '.' },
    ]);
  });

  it('suggests similar paths if a path does not exist: exit 4', () => {
    const { status, lines, stderr } = fields('skb->dev->nmae');
    expect(status).toBe(4);
    expect(lines).toEqual([]);
    expect(stderr).toContain("struct net_device has no member 'nmae'");
    expect(stderr).toContain('skb->dev->name');
    expect(stderr).toContain("Try: ipft fields 'skb->dev'");
  });

  it('says what is wrong with a path: exit 2', () => {
    expect(fields('skb->')).toMatchObject({ status: 2, lines: [] });
    expect(fields('skb-').stderr).toContain("as > is the shell's");
  });
});
