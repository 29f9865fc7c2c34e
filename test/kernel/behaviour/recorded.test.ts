// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { trace } from '../../support/ipft/in-process.js';
import { MARK } from '../../support/ipft/running.js';
import { shown } from '../../support/ipft/shown.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { pause } from '../../support/kernel/system.js';
import { OUTPUT_IDS, RECORDINGS } from '../../support/packets/recorded.js';
import { downPath, transfer, upPath } from '../../support/traffic/path.js';
import { losing, SEGMENTS } from '../../support/traffic/segments.js';
import { ping } from '../../support/traffic/traffic.js';
import { IS_WHOLE, WHOLE_ONLY } from '../../support/whole.js';

const folder = mkdtempSync('/tmp/ipft-recorded-');
const FILE = `${folder}/trace.ipft`;
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(cleanUp);

/** What all outputs that can have written of a trace, and what `ipft show` writes of its capture file. */
async function bothOf(
  args: readonly string[],
  shownArgs: readonly string[],
  ids: readonly string[],
  send: () => unknown,
): Promise<Record<'live' | 'shown', Record<string, string>>> {
  const also = ids.flatMap((id) => ['--also', `${id}=${folder}/${id}`]);
  const [first = ''] = ids;
  const running = await trace(['-m', MARK, '-o', first, '-w', FILE, ...also, ...args, ...shownArgs]);
  await send();
  await pause(500);
  const { code, stderr } = await running.end();
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringMatching(/ Lost: 0\b/) as string });
  const [live, later]: Record<string, string>[] = [{}, {}];
  for (const id of ids) {
    const again = await shown([FILE, '-o', id, ...shownArgs]);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    Object.assign(later ?? {}, { [id]: again.stdout });
    Object.assign(live ?? {}, { [id]: readFileSync(`${folder}/${id}`, 'utf8') });
  }
  return { live: live ?? {}, shown: later ?? {} };
}

/** Linux 5.10 has no drop reasons, and refuses the field. */
const HAS_REASONS = readFileSync('/sys/kernel/btf/vmlinux').includes('\0skb_drop_reason\0');
const fieldsOf = (fields: string): string => (HAS_REASONS ? fields : fields.replace('reason,', ''));

describe('ipft show writes the bytes that the trace has written', () => {
  it.each(Object.entries(RECORDINGS))('with fields of every kind: %s', async (name, { args, fields }) => {
    const asked = fields === null ? [] : ['-f', fieldsOf(fields)];
    const { live, shown: later } = await bothOf(args, asked, OUTPUT_IDS, () => ping(Number(MARK)));
    expect(later).toEqual(live);
    expect(Object.values(live).every((text) => text.split('\n').length > 10)).toBe(true);
    const kept = process.env['IPFT_RECORDINGS'];
    if (kept === undefined) return;
    mkdirSync(kept, { recursive: true });
    cpSync(FILE, `${kept}/${name}.ipft`);
    for (const id of OUTPUT_IDS) cpSync(`${folder}/${id}`, `${kept}/${name}.${id}`);
  });

  describe('of a transfer through namespaces', () => {
    beforeAll(() => upPath(SEGMENTS));
    afterAll(() => downPath(SEGMENTS));
    const FUNCTIONS = ['-r', '^(ip_output|veth_xmit|skb_segment|tcp_v4_rcv|kfree_skb.*)$', '--follow', 'all'];

    const check = async (ids: readonly string[], asked: readonly string[]): Promise<void> => {
      const send = (): unknown => losing(10, () => transfer(5011, 60_000, SEGMENTS));
      const checked = asked.includes('--family') ? ['--check', 'none'] : [];
      const { live, shown: later } = await bothOf([...FUNCTIONS, ...checked], asked, ids, send);
      expect(later).toEqual(live);
      expect(live['aggregate']).toMatch(/network namespace ipft-/);
    };

    it.skipIf(!IS_WHOLE).each([
      ['relatives', OUTPUT_IDS, ['--time', 'real']],
      ['families', ['aggregate'], ['--family', '--time', 'relative']],
      ['drops', ['aggregate', 'json'], ['--drops', '--time', 'delta']],
    ])(`with losses: %s${WHOLE_ONLY}`, (_, ids, asked) => check(ids, asked));
  });
});
