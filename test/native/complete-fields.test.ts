// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { complete } from '../../src/cli/completion/complete.js';

/** What is offered for the value of --fields. */
async function offered(list: string): Promise<string[]> {
  const completion = await complete(['-m', '1', '--fields', list]);
  if (completion.kind !== 'values') throw new Error(`offers ${completion.kind}`);
  return completion.candidates.map(({ value }) => value);
}

describe('the completion of --fields', () => {
  it('offers names, sets and the roots of paths', async () => {
    expect(await offered('gso_s')).toEqual(['gso_size', 'gso_segs']);
    expect(await offered('@g')).toEqual(['@gso']);
    expect(await offered('sk')).toContain('skb');
  });

  it("offers the members of the running kernel's types, after -> and .", async () => {
    expect(await offered('skb->dev->ifin')).toEqual(['skb->dev->ifindex']);
    expect(await offered('skb->hea')).toEqual(expect.arrayContaining(['skb->head']));
    expect(await offered('skb->dev')).toEqual(expect.arrayContaining(['skb->dev', 'skb->dev->']));
    expect(await offered('skb->no_such_')).toEqual([]);
    expect(await offered('nothing->x')).toEqual([]);
  });

  it('completes the last item of a list', async () => {
    expect(await offered('len,skb->dev->ifin')).toEqual(['len,skb->dev->ifindex']);
    expect(await offered('len,@g')).toEqual(['len,@gso']);
  });
});
