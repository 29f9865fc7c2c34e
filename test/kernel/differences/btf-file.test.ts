// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { typesIn } from '../../support/addon/btf-patch.js';
import { elf, note, NOTE, PROGBITS } from '../../support/addon/elf.js';
import { ipft, trace } from '../../support/ipft/in-process.js';
import { ipftProcess, traceProcess } from '../../support/ipft/process.js';
import { bothWays, differences } from '../../support/ipft/summarized.js';
import { parseResults, type Event } from '../../support/ipft/results.js';
import { DEADBEEF, MARK } from '../../support/ipft/running.js';
import { BACKENDS, cleanUp, KPROBES, MOST_OF_THE_WAY } from '../../support/kernel/kernel.js';
import { run, shell, withMounts } from '../../support/kernel/system.js';
import { ping } from '../../support/traffic/traffic.js';

/*
 * A host whose kernel shows no BTF: --btf names a file that has it. The kernel of a guest does have BTF, so what must not be used
 * is tested by its refusal.
 */

const HIDE = 'mount -t tmpfs tmpfs /sys/kernel/btf';

/** Takes the folder away altogether: /sys/kernel without it. */
const REMOVE = `mkdir -p /run/sys-kernel; mount --rbind /sys/kernel /run/sys-kernel; mount -t tmpfs tmpfs /sys/kernel
  for each in /run/sys-kernel/*; do
    place=/sys/kernel/\${each##*/}
    [ "\${each##*/}" != btf ] || continue
    if [ -d "$each" ]; then mkdir "$place"; else : >"$place"; fi
    mount --rbind "$each" "$place"
  done`;

const OWN = readFileSync('/sys/kernel/btf/vmlinux');
const NOTES = readFileSync('/sys/kernel/notes');

const folder = mkdtempSync(join(tmpdir(), 'ipft-btf-'));
/** A file with this content. */
function file(name: string, content: Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The kernel's BTF, with this changed. */
function changed(name: string, change: (btf: Buffer) => void): string {
  const btf = Buffer.from(OWN);
  change(btf);
  return file(name, btf);
}

const RAW = file('raw', OWN);
const section = (name: string, content: Buffer) => ({ name, type: PROGBITS, content });
const vmlinux = (notes: Buffer): Buffer =>
  elf([section('.BTF', OWN), { name: '.notes', type: NOTE, content: notes }]);
const VMLINUX = file('vmlinux', vmlinux(NOTES));
const BARE_ELF = file('bare', elf([section('.BTF', OWN)]));
const OF_ANOTHER = file('another', vmlinux(note('GNU', 3, Buffer.alloc(20, 7))));
const LARGER = changed('larger', (btf) => {
  const skb = typesIn(btf, 0).find(({ kind, name }) => kind === 4 && name === 'sk_buff');
  btf.writeUInt32LE(btf.readUInt32LE((skb?.at ?? 0) + 8) + 8, (skb?.at ?? 0) + 8);
});
/** Functions of another kernel: the second letter of all that begin with ip_ is another one. */
const RENAMED = changed('renamed', (btf) => {
  for (let at = btf.indexOf('\0ip_'); at >= 0; at = btf.indexOf('\0ip_', at + 1)) btf.write('q', at + 2);
});
/** It has the types, but no functions: those are integers. */
const REDUCED = changed('reduced', (btf) => {
  for (const { kind, at } of typesIn(btf, 0)) if (kind === 12) btf.writeUInt32LE(8 << 24, at + 4);
});

const NARROW = '^(ip_output|ip_rcv|icmp_rcv|kfree_skb|consume_skb)$';
const [FIRST = 'kprobe'] = KPROBES;

afterEach(cleanUp);
afterAll(() => rmSync(folder, { recursive: true }));

/** What a trace of one marked ping shows. */
async function pinged(...args: string[]): Promise<{ events: Event[]; stderr: string }> {
  const running = await trace(['-m', MARK, '-o', 'json', ...args]);
  await ping(DEADBEEF);
  const { code, stdout, stderr } = await running.end();
  expect(code).toBe(0);
  return { events: parseResults(stdout).events as Event[], stderr };
}

/** Functions of the kernel itself, with how often each is called, and the lengths that they see. */
function callsIn(events: readonly Event[]): string[] {
  return events
    .filter(({ module }) => module === 'vmlinux')
    .map(({ function: name, len }) => `${name} ${len}`)
    .toSorted();
}

let before: string[];

beforeAll(async () => {
  await ping(); // the first packet of all makes what later ones find
  before = callsIn((await pinged('-b', FIRST, '-r', MOST_OF_THE_WAY)).events);
  expect(before.length).toBeGreaterThan(30);
  shell(HIDE);
});
afterAll(() => shell('umount /sys/kernel/btf'));

describe('without BTF', () => {
  it.each([[['-m', MARK]], [['--list']], [['fields', 'skb']]])(
    '%j ends with exit code 3 and names --btf',
    async (args) => {
      const { code, stdout, stderr } = await ipftProcess(args);
      expect(stderr).toMatch(/vmlinux cannot be read \(ENOENT\)\nTry: --btf FILE, .*CONFIG_DEBUG_INFO_BTF=y/);
      expect([code, stdout]).toEqual([3, '']);
    },
  );
});

describe('with --btf', () => {
  it.each([
    ['BTF alone', RAW, /struct sk_buff is as large, and the kernel has (\d+) of the \1 functions/],
    ['an ELF file with BTF alone', BARE_ELF, /struct sk_buff is as large/],
    ['a vmlinux', VMLINUX, /its build id is the kernel's, [0-9a-f]{40}/],
  ])('of %s, a marked ping has the same calls as with the kernel’s own', async (_, path, match) => {
    const { events, stderr } = await pinged('--btf', path, '-v', '-b', FIRST, '-r', MOST_OF_THE_WAY);
    expect(callsIn(events)).toEqual(before);
    expect(stderr).toMatch(match);
  });

  it('auto takes a backend that needs no BTF in the kernel', async () => {
    const { events, stderr } = await pinged('--btf', RAW, '-v', '-r', NARROW);
    expect(events.map(({ function: name }) => name)).toEqual(expect.arrayContaining(['ip_output', 'ip_rcv']));
    expect(stderr).toMatch(new RegExp(`^Backend ${FIRST}: a `, 'm'));
    expect(stderr).toMatch(/^Backend fentry-multi: no, with --btf nothing works/m);
  });

  const SMALL = ['-f', 'len,gso_type,skb->dev->name,mark', '--where', 'skb->len < 1000'];
  it.each([
    ...KPROBES.map((backend) => [backend, ['-r', NARROW, ...SMALL]]),
    ['kprobe', ['-r', NARROW, '-t', 'function_graph']],
    ['tracepoint', SMALL],
  ] as [string, string[]][])('-b %s %j shows the ping', async (backend, args) => {
    const { events } = await pinged('--btf', RAW, '-b', backend, ...args);
    expect(events.length).toBeGreaterThan(2);
    expect(events.map(({ len }) => len)).toContain(84);
    if (args.includes('-f')) expect(events.every(({ mark }) => mark === DEADBEEF)).toBe(true);
  });

  it.each([...KPROBES, 'tracepoint'])('ways are kept as they are traced, -b %s', async (backend) => {
    const args = [
      '-m',
      MARK,
      '--btf',
      RAW,
      '-b',
      backend,
      ...(backend === 'tracepoint' ? [] : ['-r', NARROW]),
    ];
    const { kept, traced } = await bothWays(args, () => ping(DEADBEEF));
    expect(differences(kept, traced)).toEqual({ one: [], other: [] });
    expect(kept.summarized).toMatchObject({ lost: 0 });
  });

  it.each([
    ['fentry', []],
    ...BACKENDS.filter((backend) => backend.endsWith('-multi')).map((backend) => [
      backend,
      ['-t', 'function_graph'],
    ]),
  ] as [string, string[]][])('-b %s %j is refused, and nothing is attached', async (backend, args) => {
    const { code, stderr } = await ipft(['-m', MARK, '--btf', RAW, '-b', backend, '-r', NARROW, ...args]);
    expect(stderr).toMatch(
      /with --btf nothing works for which the kernel needs BTF of its own.*\nTry: --backend kprobe/,
    );
    expect(code).toBe(3);
  });

  it('modules have no BTF, also those that come later', async () => {
    shell('modprobe veth; modprobe -r dummy');
    const running = await trace(['-m', MARK, '--btf', RAW, '-o', 'json', '-r', NARROW]);
    expect(running.stderr).toMatch(/^warning: \d+ modules have no BTF/m);
    shell('modprobe dummy');
    await running.says('module dummy');
    const { stdout } = await running.end();
    expect(parseResults(stdout).summary.later.modules).toMatchObject([
      { module: 'dummy', functions: 0, unattached: null },
    ]);
  });

  it('lists, fields and the doctor know the kernel', async () => {
    const list = await ipftProcess(['--list', '--btf', RAW]);
    expect(list.stdout).toMatch(/^ip_output +vmlinux/m);
    expect(list.code).toBe(0);
    const fields = await ipftProcess(['fields', 'skb->dev', '--btf', VMLINUX]);
    expect(fields.stdout).toMatch(/^skb->dev->name +char\[16\]/m);
    const doctor = await ipftProcess(['doctor', '--btf', VMLINUX]);
    expect(doctor.stdout).toMatch(/^BTF +[\d.]+ MB, of \S+vmlinux: its build id is the kernel's/m);
    expect(doctor.stdout).toMatch(/^ {2}kprobe +yes/m);
    expect(doctor.stdout).toMatch(/^ {2}fentry +no +with --btf/m);
    const wrong = await ipftProcess(['doctor', '--btf', OF_ANOTHER]);
    expect(wrong.stdout).toMatch(/^BTF +--btf \S+another: it belongs to another kernel: its build id is/m);
    expect(wrong.code).toBe(3);
  });
});

describe('without the folder /sys/kernel/btf, as on a kernel without CONFIG_DEBUG_INFO_BTF,', () => {
  it('a marked ping is traced, and later modules are told', async () => {
    run('modprobe', '-r', 'dummy');
    const through = withMounts(`${REMOVE}; [ ! -e /sys/kernel/btf ]; ls /sys/kernel/tracing/trace >&2`);
    const args = ['-m', MARK, '--btf', RAW, '-o', 'json', '-r', NARROW];
    const running = await traceProcess(args, { through });
    run('modprobe', 'dummy');
    await running.says('module dummy');
    await ping(DEADBEEF);
    const { code, stdout } = await running.end();
    expect(code).toBe(0);
    const { events } = parseResults(stdout);
    expect((events as Event[]).map((event) => event.function)).toContain('ip_output');
  });
});

describe('refused, with nothing attached, is', () => {
  const TEXT = file('text', Buffer.from('[1] INT long unsigned int\n'.repeat(100)));
  it.each([
    [
      'a vmlinux of another kernel',
      OF_ANOTHER,
      3,
      /its build id is (07){20}, and that of the running kernel /,
    ],
    [
      'BTF with another struct sk_buff',
      LARGER,
      3,
      /struct sk_buff has \d+ bytes in it, and \d+ in the running/,
    ],
    [
      'BTF with other functions',
      RENAMED,
      3,
      /\d+ of its \d+ functions .* not in the running kernel, such as iq_/,
    ],
    ['BTF without functions', REDUCED, 2, /it describes 0 functions that take an skb/],
    ['what is no BTF', TEXT, 2, /there is no BTF in it, or it is damaged/],
    ['an ELF file without BTF', file('empty', elf([])), 2, /there is no BTF in it, or it is damaged/],
    ['a folder', folder, 2, /it is not a regular file/],
    ['nothing', join(folder, 'none'), 2, /it cannot be read \(ENOENT\)/],
    ['half of the BTF', file('half', OWN.subarray(0, OWN.length / 2)), 2, /no BTF in it, or it is damaged/],
    ['half of an ELF file', file('half-elf', vmlinux(NOTES).subarray(0, OWN.length / 2)), 2, /no BTF in it/],
  ])('%s', async (_, path, exitCode, message) => {
    const { code, stdout, stderr } = await ipft(['-m', MARK, '--btf', path, '-r', NARROW]);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/\nTry: the BTF of this very kernel/);
    expect([code, stdout]).toEqual([exitCode, '']);
  });
});
