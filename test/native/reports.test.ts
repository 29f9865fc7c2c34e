// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WAYS } from '../../src/core/abi.js';
import type { PathsReport } from '../../src/outputs/reports/paths.js';
import { lineSchema } from '../../src/results/schema.js';
import { refusal } from '../support/addon/bpf-objects.js';
import { HOME } from '../support/home.js';
import { environment, IPFT, ipftProcess, IpftProcess } from '../support/ipft/process.js';
import type { Ended } from '../support/ipft/running.js';
import { bothWays, differences, expectAllAccounted } from '../support/ipft/summarized.js';
import { freeOldPackets, PORT, runSilently, TRAFFIC, whileUnread } from '../support/traffic/traffic.js';
import { validator } from '../support/schema/validate.js';

/** No other trace on this machine has this mark. */
const MARK = 0x1d000000 + (process.pid & 0x3fffff);
const RECORDING = `${HOME}/test/unit/recordings/function.ipft`;
const reason = refusal();
const VERBS = ['stats', 'paths'];
const GRAPH = `${HOME}/test/unit/recordings/function-graph.ipft`;

const folder = mkdtempSync('/tmp/ipft-reports-');
beforeAll(() => void execFileSync('lab/traffic/build', { cwd: HOME }));
afterAll(() => rmSync(folder, { recursive: true }));

/** ipft as a process, with these bytes on stdin. */
function ipft(args: readonly string[], input: Buffer = Buffer.alloc(0)) {
  const [program = '', ...words] = [...IPFT, ...args];
  const options = { cwd: HOME, input, env: environment(), encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(program, words, options);
  return { code: status, stdout, stderr };
}

describe.each(VERBS)('ipft %s', (verb) => {
  it('reads a file, several, and stdin', () => {
    const one = ipft([verb, RECORDING]);
    expect(one).toMatchObject({ code: 0, stdout: expect.stringContaining(RECORDING) as string });
    expect(ipft([verb, RECORDING, RECORDING]).stdout).toBe(one.stdout.repeat(2));
    expect(ipft([verb, '-'], readFileSync(RECORDING)).stdout).toBe(one.stdout.replace(RECORDING, 'stdin'));
  });

  it('selects functions and times, and says so where nothing matches', () => {
    expect(ipft([verb, RECORDING, '-r', '^ip_rcv$']).stdout).toMatch(/ip_rcv\n/);
    expect(ipft([verb, RECORDING, '-r', '^none$'])).toMatchObject({
      ...{ code: 0, stdout: expect.stringContaining('nothing of the trace matches') as string },
    });
  });

  it('names the numbers of packets that there are', () => {
    expect(ipft([verb, RECORDING, '--packet', '7,8'])).toMatchObject({
      ...{ code: 2, stdout: '' },
      stderr: expect.stringContaining(
        `--packet 7,8: not in ${RECORDING}, which has packets #1 to #1`,
      ) as string,
    });
    expect(ipft([verb, RECORDING, '--packet', '1,8'])).toMatchObject({
      ...{ code: 0, stderr: expect.stringContaining('--packet 8: not in') as string },
    });
  });

  it('tells what a file has that is cut', () => {
    const file = `${folder}/cut.ipft`;
    writeFileSync(file, readFileSync(RECORDING).subarray(0, -40));
    expect(ipft([verb, file])).toMatchObject({
      ...{ code: 0, stdout: expect.stringContaining('17') as string },
      stderr: expect.stringContaining(`${file} ends within a block`) as string,
    });
    expect(ipft([verb, file, '--fail-on-loss']).code).toBe(7);
  });

  it.each([
    ['a file that is not there', () => `${folder}/none`, /cannot be read \(ENOENT\)/],
    ['a folder', () => folder, /cannot be read \(EISDIR\)/],
    ['something else', () => '/proc/version', /no capture file/],
    ['an empty file', () => '/dev/null', /is empty/],
  ])('refuses %s', (_, path, message) => {
    const { code, stdout, stderr } = ipft([verb, path()]);
    expect({ code, stdout, stderr }).toEqual({
      ...{ code: 2, stdout: '', stderr: expect.stringMatching(message) as string },
    });
  });
});

describe('ipft paths', () => {
  it.each([
    [['-m', '1', 'FILE'], /--mark: it is for a trace, not for a file/],
    [['--packet', '1', '-m', '1'], /--packet: it is for files/],
    [['FILE', '--', 'true'], /a command after --, and a file/],
    [[], /neither a mark nor a filter given/],
  ])('refuses %j', (args, message) => {
    const { code, stderr } = ipft(['paths', ...args]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) as string });
  });

  it.skipIf(reason !== null)('traces without a file, and tells the ways when the trace ends', async () => {
    const ping = `ping -n -q -c 3 -i 0.01 -m ${MARK} 127.0.0.1`.split(' ');
    const args = ['paths', '-m', `${MARK}`, '-b', 'tracepoint', '--json', '--', ...ping];
    const { code, stdout } = await ipftProcess(args);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as PathsReport;
    expect(validator(lineSchema('paths'), { isClosed: true })(report)).toBe('');
    expect(report).toMatchObject({ file: null, packets: 3, drops: true });
    expect(report.roles[0]?.paths[0]?.functions).toContain('tp:net_dev_queue');
  });
});

describe('ipft paths --summarize', () => {
  it.each([
    [['-t', 'function_graph'], /--summarize: it does not go with --tracer function_graph/],
    [['--max-rate', '5'], /--summarize: --max-rate leaves out events/],
    [['--count', '5'], /--summarize: --count counts events/],
    [['--summarize', '0'], /--summarize: expected a number from 1/],
    [[RECORDING], /--summarize: it is for a trace, not for a file/],
  ])('refuses %j', (args, message) => {
    const { code, stderr } = ipft(['paths', '--summarize', '-m', '1', ...args]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) as string });
  });

  const traced = ['-m', `${MARK}`, '-b', 'tracepoint'];

  it.skipIf(reason !== null)('says the same of the same packets as without it', async () => {
    const pings = `-n -q -c 20 -i 0.01 -m ${MARK} 127.0.0.1`.split(' ');
    const { kept, traced: all } = await bothWays(traced, async () => {
      for (let round = 0; round < 3; round++) {
        await runSilently('ping', pings);
        await runSilently(TRAFFIC, ['udp', '--mark', `${MARK}`, '--to', '127.0.0.1:9', '--count', '1']);
      }
    });
    expect(differences(kept, all)).toEqual({ one: [], other: [] });
    expect(kept.packets).toBeGreaterThanOrEqual(63);
    expect(kept.collisions).toBe(0);
    expect(kept.roles.flatMap(({ paths }) => paths.map(({ drops }) => drops.length))).toContain(1);
    expectAllAccounted(kept);
  });

  it.skipIf(reason !== null)('tells of packets that were too many at the same time', async () => {
    const more = 200;
    const running = new IpftProcess(['paths', '--json', '--summarize', ...traced, '--fail-on-loss']);
    await running.says('Trace ready!');
    await whileUnread(MARK, WAYS + more, () => Promise.resolve());
    await freeOldPackets();
    const { code, stdout, stderr } = await running.end();
    const report = JSON.parse(stdout) as PathsReport;
    expectAllAccounted(report);
    expect(report.summarized?.no_room).toBeGreaterThanOrEqual(more);
    expect({ code, stderr }).toEqual({
      ...{
        code: 7,
        stderr: expect.stringContaining(`have no way in the report: more than ${WAYS} packets`) as string,
      },
    });
  });

  it.skipIf(reason !== null)('tells of packets that are in flight when it ends', async () => {
    const running = new IpftProcess(['paths', '--json', '--summarize', ...traced]);
    await running.says('Trace ready!');
    let ended: Ended | undefined;
    await whileUnread(MARK, 5, async () => void (ended = await running.end()));
    const report = JSON.parse(ended?.stdout ?? '') as PathsReport;
    expectAllAccounted(report);
    expect(report.summarized).toMatchObject({ in_flight: 5, lost: 0 });
    expect(report.roles[0]?.paths).toMatchObject([{ packets: 5, complete: false }]);
  });
});

describe('ipft diff', () => {
  it.skipIf(reason !== null)('of a delivered and a dropped packet names the drop', async () => {
    const file = `${folder}/delivery.ipft`;
    const sends = `${TRAFFIC} udp --mark ${MARK} --to 127.0.0.1`;
    const both = `${sends}:${PORT} --sink; ${sends}:9`;
    const args = ['-m', `${MARK}`, '-b', 'tracepoint', '-w', file, '--', 'sh', '-c', both];
    expect((await ipftProcess(['record', ...args])).code).toBe(0);
    expect(ipft(['stats', file]).stdout).toMatch(/packets: \d complete, 1 dropped/);
    const { stdout, code } = ipft(['diff', `${file}#1`, `${file}#2`, '--exit-code']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^\+ without parent, .*; dropped by __udp4_lib_rcv: NO_SOCKET$/m);
    expect(stdout).toMatch(/^first parting: after tp:/m);
  });

  it('compares files, with stdin as one of them, and packets of files', () => {
    const files = ipft(['diff', RECORDING, GRAPH]);
    expect(files).toMatchObject({
      ...{ code: 0, stderr: '' },
      stdout: expect.stringMatching(
        /first parting: after dev_hard_start_xmit .*: __netif_rx \| ip_rcv\n/,
      ) as string,
    });
    expect(ipft(['diff', '-', GRAPH], readFileSync(RECORDING)).stdout).toBe(
      files.stdout.replaceAll(RECORDING, 'stdin'),
    );
    const packets = ipft(['diff', `${RECORDING}#1`, `${GRAPH}#1`, '--json']);
    const report = JSON.parse(packets.stdout) as object;
    expect(validator(lineSchema('diff'), { isClosed: true })(report)).toBe('');
    expect(report).toMatchObject({ differ: true, left: { name: `${RECORDING}#1`, packet: 1 } });
  });

  it('says by its exit code whether they differ, if it is asked to', () => {
    expect(ipft(['diff', RECORDING, RECORDING, '--exit-code']).code).toBe(0);
    expect(ipft(['diff', RECORDING, GRAPH, '--exit-code']).code).toBe(1);
    expect(ipft(['diff', RECORDING, GRAPH, '--exit-code', '-r', '^ip_output$']).code).toBe(0);
  });

  it('compares the fields that are asked for, and names those that were not recorded', () => {
    expect(ipft(['diff', RECORDING, GRAPH, '-f', 'skb->dev->name'])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining(`${GRAPH} does not have skb->dev->name`) as string,
    });
  });

  it('takes a file whose name looks like a packet for a file', () => {
    const file = `${folder}/a#1`;
    writeFileSync(file, readFileSync(RECORDING));
    expect(ipft(['diff', file, RECORDING])).toMatchObject({ code: 0, stderr: '' });
    expect(ipft(['diff', `${file}#1`, `${RECORDING}#1`, '--exit-code'])).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  it('tells what a file has that is cut', () => {
    const file = `${folder}/cut.ipft`;
    writeFileSync(file, readFileSync(RECORDING).subarray(0, -40));
    const { code, stderr } = ipft(['diff', RECORDING, file, '--fail-on-loss']);
    expect({ code, stderr }).toEqual({
      ...{ code: 7, stderr: expect.stringContaining(`${file} ends within a block`) as string },
    });
  });

  it.each([
    [
      'a packet that is not there',
      [`${RECORDING}#7`, `${RECORDING}#1`],
      /no packet #7 in .*, which has packets #1 to #1/,
    ],
    ['a packet and a file', [`${RECORDING}#1`, GRAPH], /is a packet, and .* a whole file/],
    ['stdin twice', ['-', '-'], /stdin can be read only once/],
    ['one file', [RECORDING], /missing required argument/],
    ['a folder', [RECORDING, '/tmp'], /cannot be read \(EISDIR\)/],
    ['a file that is not there', ['/none#1', '/none#2'], /cannot be read \(ENOENT\)/],
    ['something else', ['/proc/version', RECORDING], /no capture file/],
    ['an empty file', [RECORDING, '/dev/null'], /is empty/],
  ])('refuses %s', (_, args, message) => {
    const { code, stdout, stderr } = ipft(['diff', ...args]);
    expect({ code, stdout, stderr }).toEqual({
      ...{ code: 2, stdout: '', stderr: expect.stringMatching(message) as string },
    });
  });
});

/** The commands that docs/paths.md shows, with what they print there. */
const SHOWN = [
  ...readFileSync(`${HOME}/docs/paths.md`, 'utf8').matchAll(/^```console\n\$ ipft (.*)\n([^]*?)^```$/gm),
];

describe('docs/paths.md shows what ipft prints', () => {
  it('for each verb', () => {
    const verbs = SHOWN.map(([, command = '']) => command.split(' ')[0]);
    expect(new Set(verbs)).toEqual(new Set([...VERBS, 'diff']));
  });

  it.each(SHOWN.map(([, command = '', text]) => [command, text]))('ipft %s', (command = '', text) => {
    const { stdout } = spawnSync(IPFT[0] ?? '', [...IPFT.slice(1), ...command.split(' ')], {
      ...{ cwd: `${HOME}/test/unit/recordings`, env: environment(), encoding: 'utf8' },
    });
    expect(stdout).toBe(text);
  });
});
