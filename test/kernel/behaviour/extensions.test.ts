// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { MARK } from '../../support/ipft/running.js';
import { ipft, trace } from '../../support/ipft/in-process.js';
import { IPFT } from '../../support/ipft/process.js';
import { parseResults } from '../../support/ipft/results.js';
import { ping } from '../../support/traffic/traffic.js';

const folder = mkdtempSync('/tmp/ipft-extensions-');
afterAll(() => rmSync(folder, { recursive: true }));

function generated(kind: string, name: string): string {
  const [node = '', ...words] = IPFT;
  const path = join(folder, name);
  writeFileSync(path, execFileSync(node, [...words, '--gen', kind]));
  return path;
}

/** The events of ip_output for a marked ping. */
async function traced(path: string) {
  const running = await trace(['-m', MARK, '-r', '^ip_output$', '-o', 'json', '-e', path]);
  await ping(Number(MARK));
  const { code, stdout, stderr } = await running.end();
  expect({ code, stderr }).toEqual({ code: 0, stderr });
  const lines = stdout.split('\n').filter((line) => !line.startsWith('{"packet":'));
  const { events } = parseResults(lines.join('\n'));
  expect(events.length, stderr).toBeGreaterThan(0);
  return events;
}

const WRITTEN = { function: 'ip_output', len: 84, mark: MARK };

it('the skeletons of --gen c and --gen lua run on this kernel, as .c, .o and .lua', async () => {
  const source = generated('c', 'extension.bpf.c');
  expect((await traced(source))[0]).toMatchObject(WRITTEN);
  generated('bpf-module-header', 'ipft_extension.h');
  const object = join(folder, 'extension.bpf.o');
  const includes = ['-idirafter', '/usr/include/x86_64-linux-gnu'];
  execFileSync('clang', ['-target', 'bpf', '-O2', '-g', ...includes, '-c', source, '-o', object]);
  expect((await traced(object))[0]).toMatchObject(WRITTEN);
  const lua = generated('lua', 'extension.lua');
  writeFileSync(lua, readFileSync(lua, 'utf8').replace("'extension.bpf.o'", `'${object}'`));
  expect((await traced(lua))[0]).toMatchObject(WRITTEN);
});

it.each(['js', 'ts'])('the skeleton of --gen %s runs on this kernel', async (kind) => {
  const events = await traced(generated(kind, `extension.${kind}`));
  expect(events[0]).toMatchObject({ function: 'ip_output', len: 84, 'skb->data_len': 0, linear: 84 });
});

it('if the verifier refuses an extension, the message has its name, its function and the reason', async () => {
  const source = generated('c', 'refused.bpf.c');
  const refused = readFileSync(source, 'utf8').replace(
    'BPF_CORE_READ(skb, len)',
    '*(volatile __u32 *)(data + 100000)',
  );
  writeFileSync(source, refused);
  const { code, stdout, stderr } = await ipft(['-m', MARK, '-r', '^ip_output$', '-e', source]);
  expect(stderr).toContain(`ipft: extension ${source}: module(): the BPF programs load without it`);
  expect(stderr).toMatch(/^ {2}invalid (variable-offset )?(read|stack|.*stack off).*$/m);
  expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
});

it('several extensions run in one trace, without -m', async () => {
  const script = join(folder, 'several.mjs');
  const where = `skb->mark == ${MARK}`;
  writeFileSync(
    script,
    `export default { name: 's', where: '${where}', onEvent: (e) => ({ twice: 2 * e.len }) };`,
  );
  const source = generated('c', 'several.bpf.c');
  const running = await trace(['-r', '^ip_output$', '-o', 'json', '-e', source, '-e', script]);
  await ping();
  await ping(Number(MARK));
  const { code, stdout, stderr } = await running.end();
  expect({ code, stderr }).toEqual({ code: 0, stderr });
  const { events } = parseResults(stdout);
  expect(events.length, stderr).toBeGreaterThan(0);
  for (const event of events) expect(event).toMatchObject({ ...WRITTEN, twice: 168 });
});
