// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { columns } from '../../src/columns/index.js';
import { sets } from '../../src/columns/sets.js';
import { EXIT } from '../../src/core/errors.js';
import { planData } from '../../src/plan/data.js';
import { parseFields } from '../../src/plan/parse-fields.js';
import { addon } from '../support/addon/addon.js';

const plan = (list: string) => planData(addon, parseFields(list));

describe('--fields', () => {
  it.each([...sets.keys()])('@%s fits into the data of an event', (set) => {
    expect(plan(`@${set}`).layout.size).toBeLessThanOrEqual(208);
  });

  it.each([...columns.values()].map(({ key }) => key))('%s is supported by this kernel', (key) => {
    expect(parseFields(key)).toHaveLength(1);
    expect(() => plan(key)).not.toThrow();
  });

  it.each([
    ['lenn', EXIT.usage, /there is no field 'lenn'; the nearest is len$/],
    ['ifnmae', EXIT.usage, /the nearest is ifname$/],
    ['header', EXIT.usage, /the nearest are mac_header, network_header, transport_header$/],
    ['xyzzy', EXIT.usage, /there is no field 'xyzzy'$/],
    ['@gos', EXIT.usage, /no set @gos/],
    ['len,,mark', EXIT.usage, /expected names with commas/],
    ['task', EXIT.usage, /all of a struct task_struct: name one of its members/],
    ['skb->', EXIT.usage, /expected a member's name/],
    [
      'tuple,inner_tuple,skb->cb,skb->cb[1],ifname,comm,len',
      EXIT.usage,
      /take \d+ bytes of each event, at most 208/,
    ],
    ['skb->dev->nmae', EXIT.unsupported, /has no member 'nmae'; the nearest there .*skb->dev->name/],
    ['skb->gso_size', EXIT.unsupported, /the nearest there (is|are) shinfo->gso_size/],
  ])('%s: exit code %d', (list, exitCode, message) => {
    let thrown: unknown;
    try {
      plan(list);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ exitCode });
    expect((thrown as Error).message).toMatch(message);
  });
});
