// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { type Ended } from '../support/ipft/running.js';
import { ipftProcess } from '../support/ipft/process.js';
import { parseResults } from '../support/ipft/results.js';
import { refusal } from '../support/addon/bpf-objects.js';

/** No other trace on this machine has this mark. */
const MARK = 0x1bf70e78;
const reason = refusal();
const folder = mkdtempSync('/tmp/ipft-extensions-');
afterAll(() => rmSync(folder, { recursive: true }));

const ARGS = ['-m', `${MARK}`, '-b', 'tracepoint', '-r', '^tp:net_dev_queue$'];
const PING = ['ping', '-n', '-q', '-c', '1', '-m', `${MARK}`, '127.0.0.1'];

function file(name: string, text: string): string {
  writeFileSync(`${folder}/${name}`, text);
  return `${folder}/${name}`;
}

/** The fields in the line of a text. */
const fields = ({ stdout }: Ended): string[] =>
  [...stdout.matchAll(/\((.*)\)$/gm)].map(([, text]) => text ?? '');

const C = `
      #include "ipft_extension.h"
      struct event { __u32 twice; } __ipft_event_struct;
      struct sk_buff { unsigned int len; };
      __hidden int module(void *ctx, struct sk_buff *skb, __u8 data[64]) {
        ((struct event *)data)->twice = 2 * BPF_CORE_READ(skb, len);
        return 0;
      }`;
const LUA = `api_version = 1
      function decode(data) return { thrice = string.unpack('=I4', data) / 2 * 3 } end`;
const first = (): string =>
  file(
    'first.mjs',
    `export default { name: 'first', fields: 'skb->data_len', onEvent: (e) => ({ half: e.len / 2 }) };`,
  );
const tracedWith = (paths: readonly string[], ...args: string[]): Promise<Ended> =>
  ipftProcess([...ARGS, ...paths.flatMap((path) => ['-e', path]), ...args, '--', ...PING]);

describe.skipIf(reason !== null)(
  `several extensions${reason === null ? '' : ` (skipped: ${reason})`}`,
  () => {
    it('show the fields of all, and each sees the fields added by those before it', async () => {
      const second = file(
        'second.ts',
        `const sum = (e: any): number => e.half + e.twice + e.thrice;
        export default { name: 'second', fields: 'skb->data_len, skb->dev->mtu',
          onEvent: (event: any) => ({ sum: sum(event) }), onPacket: (events: any[]) => ({ sum: sum(events[0]) }) };`,
      );
      const paths = [first(), file('decodes.lua', LUA), file('twice.c', C), second];
      const lua = paths[1] ?? '';
      const text = await tracedWith(paths);
      expect(fields(text)).toEqual([
        'skb->data_len: 0 half: 49 thrice: 294 twice: 196 skb->dev->mtu: 65536 sum: 539',
      ]);
      const lines = (await tracedWith(paths, '-o', 'json')).stdout.trimEnd().split('\n');
      const [event, packet] = lines.map((line) => JSON.parse(line) as object);
      expect(event).toMatchObject({ half: 49, thrice: 294, twice: 196, 'skb->dev->mtu': 65536, sum: 539 });
      expect(packet).toEqual({ packet: 1, sum: 539 });
      const [names] = (await tracedWith(paths, '-o', 'csv')).stdout.split('\n');
      expect(names?.endsWith(`,skb->data_len,first,${lua},twice,skb->dev->mtu,second`)).toBe(true);
    });

    it('trace packets that match every `where`, and show events that none of them hides', async () => {
      const where = (name: string, condition: string, more = ''): string =>
        file(`${name}.mjs`, `export default { name: '${name}', where: '${condition}', ${more} };`);
      const large = where('large', 'skb->len > 90');
      const small = where('small', 'skb->len < 90');
      const hides = where('hides', 'skb->len > 1', 'onEvent: () => false, onPacket: () => ({})');
      const never = where('never', 'skb->len > 1', 'onEvent: () => { throw new Error("seen"); }');
      expect(parseResults((await tracedWith([large], '-o', 'json')).stdout).events).toHaveLength(1);
      expect(parseResults((await tracedWith([large, small], '-o', 'json')).stdout).events).toEqual([]);
      expect(await tracedWith([hides, never])).toMatchObject({ code: 0, stdout: '' });
    });

    it.each([
      [
        'two for BPF',
        ['twice.c', C],
        ['other.c', C],
        2,
        /twice.c and .*other.c both have a module\(\) for BPF/,
      ],
      [
        'fields of one name',
        ['mark.c', C.replaceAll('twice', 'mark')],
        ['mark.mjs', `export default { name: 'x', fields: 'mark' };`],
        2,
        /mark.c and .*mark.mjs both have a field mark\n/,
      ],
      [
        'one name',
        ['one.mjs', `export default { name: 'x' };`],
        ['two.mjs', `export default { name: 'x' };`],
        2,
        /one.mjs and .*two.mjs are both called x\n/,
      ],
      [
        'one file',
        ['one.mjs', `export default { name: 'x' };`],
        ['one.mjs', `export default { name: 'x' };`],
        2,
        /one.mjs is given twice/,
      ],
      [
        'added fields of one name',
        ['adds.mjs', `export default { name: 'adds', onEvent: () => ({ more: 1 }) };`],
        ['also.mjs', `export default { name: 'also', onEvent: () => ({ more: 2 }) };`],
        6,
        /extension also: onEvent\(\) at tp:net_dev_queue, packet #1: extension adds has a more already/,
      ],
      [
        'Lua without a program, and none beside it',
        ['decodes.lua', LUA],
        ['one.mjs', `export default { name: 'x' };`],
        6,
        /decodes.lua: it has no program, and no .c or .o is next to it/,
      ],
    ])('%s', async (_what, [left, leftText], [right, rightText], status, message) => {
      const paths = [file(left ?? '', leftText ?? ''), file(right ?? '', rightText ?? '')];
      const { code, stderr } = await tracedWith(paths);
      expect(stderr).toMatch(message);
      expect(code).toBe(status);
    });
  },
);
