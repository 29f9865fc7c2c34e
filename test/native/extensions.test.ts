// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended } from '../support/ipft/running.js';
import { IPFT, ipftProcess } from '../support/ipft/process.js';
import { parseResults } from '../support/ipft/results.js';
import { until } from '../support/kernel/system.js';
import { bpfObjects, refusal } from '../support/addon/bpf-objects.js';

/** No other trace on this machine has this mark. */
const MARK = 0x1bf70e77;
const HEX = `0x${MARK.toString(16)}`;
const reason = refusal();
const folder = mkdtempSync('/tmp/ipft-extensions-');
afterAll(() => rmSync(folder, { recursive: true }));

const ARGS = ['-m', HEX, '-b', 'tracepoint', '-r', '^tp:net_dev_queue$'];
const PING = ['ping', '-n', '-q', '-c', '1', '-m', `${MARK}`, '127.0.0.1'];

function generated(kind: string): string {
  const [node = '', ...words] = IPFT;
  return execFileSync(node, [...words, '--gen', kind], { encoding: 'utf8' });
}

function file(name: string, text: string): string {
  writeFileSync(`${folder}/${name}`, text);
  return `${folder}/${name}`;
}

/** Traces one marked ping with the extension. */
const traced = (path: string, ...args: string[]): Promise<Ended> =>
  ipftProcess([...ARGS, '-e', path, ...args, '--', ...PING]);

/** The fields in the line of a text. */
const fields = ({ stdout }: Ended): string[] =>
  [...stdout.matchAll(/\((.*)\)$/gm)].map(([, text]) => text ?? '');

/** Written to ipftrace2's documentation of its BPF extensions: each kind of member and each format. */
const DOCUMENTED = `
#include "${folder}/header.h"
enum { low = 1 << 0, high = 1 << 28, top = 1 << 27 } __ipft_ref(bits);
enum { other = 1, ours = 98 } __ipft_ref(lengths);
struct event {
  __u32 mark __ipft_fmt_hex;
  __u32 mark_bits __ipft_fmt_enum_flags(bits);
  __u16 size __ipft_fmt_enum(lengths);
  __s8 small;
  short negative;
  char letter;
  _Bool yes;
  char text[6];
  void *pointer;
  __u64 wide;
} __ipft_event_struct;
struct sk_buff { unsigned int len; __u32 mark; };
__hidden int module(void *ctx, struct sk_buff *skb, __u8 data[64]) {
  struct event *ev = (struct event *)data;
  ev->mark = BPF_CORE_READ(skb, mark);
  ev->mark_bits = ev->mark;
  ev->size = BPF_CORE_READ(skb, len);
  ev->small = -1;
  ev->negative = -300;
  ev->letter = 'x';
  ev->yes = 1;
  ev->text[0] = 'h';
  ev->text[1] = 'i';
  ev->pointer = (void *)0x1234;
  ev->wide = 0xffffffffffffffff;
  return 0;
}
`;

describe.skipIf(reason !== null)(`--extension${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  beforeAll(() => {
    file('header.h', generated('bpf-module-header'));
  });

  it('shows the values that a C file has written, by types and formats', async () => {
    const path = file('documented.c', DOCUMENTED);
    const text = await traced(path);
    expect(fields(text)).toEqual([
      `mark: ${HEX} mark_bits: low|high|top|0x3f70e76 size: ours small: -1 negative: -300 letter: x yes: true text: hi pointer: 0x1234 wide: 18446744073709551615`,
    ]);
    const { events } = parseResults((await traced(path, '-o', 'json')).stdout);
    expect(events[0]).toMatchObject({ mark: HEX, size: 'ours', negative: -300, yes: true, text: 'hi' });
    expect(events[0]).not.toHaveProperty('gso_type');
    const csv = (await traced(path, '-o', 'csv')).stdout.split('\n');
    expect(csv[0]).toMatch(/,mark,mark_bits,size,small,negative,letter,yes,text,pointer,wide$/);
    expect(csv[1]).toMatch(/,ours,-1,-300,x,true,hi,0x1234,18446744073709551615$/);
  });

  it('leaves out events for which module() does not return 0', async () => {
    const path = file('dropping.c', DOCUMENTED.replace('return 0;', 'return -1;'));
    expect(await traced(path)).toMatchObject({ code: 0, stdout: '' });
  });

  it.each(['bpf-module-skeleton', 'c'])('compiles and runs what --gen %s prints', async (kind) => {
    const run = await traced(file(`${kind}.c`, generated(kind)));
    expect(fields(run)).toEqual([`len: 98 mark: ${HEX}`]);
  });

  it('runs what --gen lua prints, with a compiled module', async () => {
    file('ipft_extension.h', generated('bpf-module-header'));
    const source = file('module.c', generated('c'));
    const object = `${folder}/module.o`;
    const includes = ['-idirafter', '/usr/include/x86_64-linux-gnu'];
    execFileSync('clang', ['-target', 'bpf', '-O2', '-g', ...includes, '-c', source, '-o', object]);
    expect(fields(await traced(object))).toEqual([`len: 98 mark: ${HEX}`]);
    const lua = file('script.lua', generated('lua').replace(/open\(.*, 'rb'/, `open('${object}', 'rb'`));
    const { stdout } = await traced(lua, '-o', 'json');
    expect(parseResults(stdout).events[0]).toMatchObject({ len: 98, mark: HEX });
    const values = `${generated('lua').replace(/open\(.*, 'rb'/, `open('${object}', 'rb'`)}
function decode()
  local address = string.unpack('<I8', string.pack('<I8', 0xffff888000000001))
  return { address = address, hex = ('0x%016x'):format(address), odd = (1 << 53) + 1, none = nil }
end`;
    const { stdout: shown } = await traced(file('values.lua', values), '-o', 'json');
    expect(shown).toMatch(
      /"address":-131391639519231\b.*"hex":"0xffff888000000001".*"odd":9007199254740993\b/,
    );
    expect(shown).not.toContain('none');
    const broken = `${generated('lua').replace(/open\(.*, 'rb'/, `open('${object}', 'rb'`)}\nfunction decode() error('broken') end`;
    const { code, stderr } = await traced(file('broken.lua', broken));
    expect(code).toBe(6);
    expect(stderr).toMatch(/broken\.lua: decode\(\) at tp:net_dev_queue, packet #1: .*broken/);
    expect(stderr).not.toMatch(/^ +at /m); // frames of ipft
  });

  it.each(['js', 'ts'])('runs what --gen %s prints', async (kind) => {
    const path = file(`script.${kind}`, generated(kind));
    const run = await traced(path);
    expect(fields(run)).toEqual(['len: 98 skb->data_len: 0 linear: 98']);
    expect(run.stdout).toContain('\npacket #1: 1 events\n');
    const lines = (await traced(path, '-o', 'json')).stdout.trimEnd().split('\n');
    const objects = lines.map((line) => JSON.parse(line) as unknown);
    expect(objects[0]).toMatchObject({ 'skb->data_len': 0, linear: 98, len: 98 });
    expect(objects[1]).toEqual({ packet: 1, text: 'packet #1: 1 events' });
    const csv = (await traced(path, '-o', 'csv')).stdout.split('\n');
    expect(csv[1]).toMatch(/,0,"\{""linear"":98\}"$/);
  });

  it('hides events, and formats values by format()', async () => {
    const hides = `export default { name: 'hides', onEvent: () => false, onPacket: () => 'never' };`;
    expect(await traced(file('hides.mjs', hides))).toMatchObject({ code: 0, stdout: '' });
    const formats = `export default {
      name: 'formats', fields: ['skb->data_len'], onEvent: () => ({ big: 2n ** 60n, none: null }),
      format: (field, value) => field === 'none' ? undefined : \`<\${value}>\`,
    };`;
    const run = await traced(file('formats.mjs', formats));
    expect(fields(run)).toEqual([`len: 98 skb->data_len: <0> big: <${2n ** 60n}> none: -`]);
  });

  it('traces packets that match its `where`, without a mark', async () => {
    const unmarked = ['-b', 'tracepoint', '-r', '^tp:net_dev_queue$', '-o', 'json'];
    const where = `skb->mark == ${MARK} && skb->len == 98`;
    const path = file('where.mjs', `export default { name: 'where', where: '${where}' };`);
    const run = await ipftProcess([...unmarked, '-e', path, '--', ...PING]);
    expect(parseResults(run.stdout).events).toMatchObject([{ mark: MARK, len: 98 }]);
    expect(run.stderr).not.toContain('warning');
    const both = await ipftProcess([...unmarked, '-m', '1', '-e', path, '--', ...PING]);
    expect(parseResults(both.stdout).events).toEqual([]);
  });

  it('requires a filter if the extension has none either', async () => {
    const path = file('anywhere.mjs', `export default { name: 'anywhere' };`);
    const { code, stderr, stdout } = await ipftProcess(['-b', 'tracepoint', '-e', path]);
    expect(stderr).toContain('neither a mark nor a filter given, and no extension has a where');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('gives the fields to scripts, too', () => {
    const path = file('api.mjs', `export default { name: 'api', onEvent: (e) => ({ twice: e.len * 2 }) };`);
    const script = `
      import { execFileSync } from 'node:child_process';
      import { trace } from '${process.cwd()}/dist/index.js';
      const run = trace({ mark: ${MARK}, backend: 'tracepoint', extensions: ['${path}'], count: 1 });
      await run.ready;
      execFileSync('${PING[0] ?? ''}', ${JSON.stringify(PING.slice(1))});
      for await (const event of run) console.log(event.len, event.twice);
      process.exit();`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(out).toMatch(/^(\d+) (\d+)\n$/);
    const [len, twice] = out.split(' ').map(Number);
    expect(twice).toBe(2 * (len ?? 0));
  });

  it.each([
    ['onEvent', `onEvent: () => { throw new Error('broken'); }`, 'it threw Error: broken'],
    ['onPacket', `onPacket: () => { throw new Error('broken'); }`, 'it threw Error: broken'],
    ['onEvent', `onEvent: () => ({ len: 1 })`, 'the event has a len already'],
    ['onEvent', `onEvent: () => ({ list: [] })`, 'list must be a string'],
    ['onEvent', `onEvent: async () => ({})`, 'it must return an object of fields, false or nothing'],
  ])('exits with 6 and leaves nothing behind when %s fails: %s', async (call, member, problem) => {
    const before = new Set(bpfObjects()); // some of the test before may still be going
    const path = file(`throws-${call}.mjs`, `export default { name: 'odd', ${member} };`);
    const { code, stderr } = await traced(path);
    expect(stderr).toContain(`extension odd: ${call}() at tp:net_dev_queue, packet #1: ${problem}`);
    expect(code).toBe(6);
    // the kernel frees programs and maps a little after their last user
    await until('the kernel to be as it was', () => bpfObjects().every((object) => before.has(object)), 20);
  });

  it.each([
    ['wrong.c', 'int x = ;', 6, 'wrong.c:1:9: error: expected expression'],
    ['wrong.o', 'no object', 6, 'it is not a BPF object with BTF'],
    ['nothing.c', '#include "header.h"\nint other(void) { return 0; }', 6, 'it has no function module('],
    ['unmarked.c', DOCUMENTED.replace('} __ipft_event_struct;', '};'), 6, 'is marked by __ipft_event_struct'],
    ['long.c', DOCUMENTED.replace('__u64 wide;', '__u64 wide; char more[64];'), 6, 'of at most 64'],
    ['taken.c', DOCUMENTED.replaceAll('wide', 'timestamp'), 6, 'every event has a timestamp'],
    ['wrong.lua', 'api_version = 2', 6, 'its api_version must be 1, not 2'],
    ['syntax.lua', 'api_version = = 1', 6, 'unexpected symbol'],
    ['wrong.mjs', 'export default {', 6, 'SyntaxError'],
    ['wrong.ts', 'const a: = 1', 6, 'Unexpected token'],
    ['empty.mjs', '', 6, 'it has no default export that is an object'],
    ['nameless.mjs', 'export default {}', 6, 'its name must be a string'],
    ['odd.mjs', `export default { name: 'odd', event() {} }`, 6, "'event' is unknown"],
    ['field.mjs', `export default { name: 'odd', fields: 'nonsense' }`, 6, "there is no field 'nonsense'"],
    [
      'where.mjs',
      `export default { name: 'odd', where: 'skb->len >' }`,
      6,
      "where 'skb->len >': it ends too early",
    ],
    ['path.mjs', `export default { name: 'odd', fields: 'skb->nonsense' }`, 4, 'skb->nonsense'],
    ['wrong.py', '', 2, 'expected a file that ends in .o, .c, .lua, .js, .mjs, .ts'],
  ])('says what is wrong with %s', async (name, text, status, message) => {
    const { code, stderr, stdout } = await ipftProcess([...ARGS, '-e', file(name, text)]);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: status, stdout: '' });
  });

  it('says how to install clang, and that a file does not exist', async () => {
    const env = { CC: 'no-such-clang' };
    const missing = await ipftProcess([...ARGS, '-e', file('any.c', DOCUMENTED)], { env });
    expect(missing.stderr).toContain('Try: apt install clang');
    expect(missing.code).toBe(3);
    expect(await ipftProcess([...ARGS, '-e', `${folder}/nowhere.js`])).toMatchObject({ code: 2 });
  });
});
