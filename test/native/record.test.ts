// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { TraceReader } from '../../src/capture/trace-reader.js';
import { refusal } from '../support/addon/bpf-objects.js';
import { HOME } from '../support/home.js';
import { IPFT, ipftProcess, IpftProcess } from '../support/ipft/process.js';
import { parseJson, parseResults } from '../support/ipft/results.js';
import { ping } from '../support/traffic/traffic.js';

/** No other trace on this machine has this mark. */
const MARK = 0x1f000000 + (process.pid & 0x3fffff);
const reason = refusal();
const ARGS = [
  '-m',
  `${MARK}`,
  '-b',
  'tracepoint',
  '-r',
  '^tp:(net_dev_queue|netif_receive_skb|consume_skb)$',
];
const pinging = (times: number, seconds = 0.01): string[] =>
  `-- ping -n -q -c ${times} -i ${seconds} -m ${MARK} 127.0.0.1`.split(' ');

const folder = mkdtempSync('/tmp/ipft-record-');
const FILE = `${folder}/trace.ipft`;
afterAll(() => rmSync(folder, { recursive: true }));

/** `ipft show ARGS` as a process, with these bytes on stdin. */
function show(args: readonly string[], input: Buffer = Buffer.alloc(0)) {
  const [program = '', ...words] = [...IPFT, 'show', ...args];
  const options = { cwd: HOME, input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
  const { status, stdout, stderr } = spawnSync(program, words, options);
  return { code: status, stdout, stderr };
}

/** Of a part of a trace: its summary is that of the whole. */
const eventsIn = (json: string): number => json.match(/"function":/g)?.length ?? 0;

describe.skipIf(reason !== null)(
  `capture files${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 60_000 },
  () => {
    it('-w writes one beside the results, which ipft show shows with the same bytes', async () => {
      const live = await ipftProcess([...ARGS, '-o', 'json', '-f', 'len,tuple', '-w', FILE, ...pinging(3)]);
      expect(live.code).toBe(0);
      const { events, summary } = parseResults(live.stdout);
      expect(events.length).toBeGreaterThanOrEqual(6);
      expect(summary.consumers).toEqual([
        { name: 'json to stdout', missed: 0 },
        { name: `capture to ${FILE}`, missed: 0 },
      ]);
      expect(show([FILE, '-o', 'json', '-f', 'len,tuple'])).toEqual({
        code: 0,
        stdout: live.stdout,
        stderr: '',
      });
      expect(statSync(FILE).mode & 0o777).toBe(0o600);
    });

    it('ipft record writes nothing else, and the file has the packets’ headers and places', async () => {
      const { code, stdout } = await ipftProcess(['record', ...ARGS, '-w', FILE, ...pinging(3)]);
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^PING /) as string });
      const shown = show([FILE, '-o', 'stream', '-f', 'tuple,ifname,netns']);
      expect(shown).toMatchObject({ code: 0, stderr: '' });
      const { ino } = statSync('/proc/self/ns/net');
      expect(shown.stdout).toMatch(
        `net_dev_queue (tuple: 127.0.0.1>127.0.0.1(icmp:echo-request) ifname: lo netns: ${ino})`,
      );
    });

    it('leaves out places, the last first, where fields take their room', async () => {
      await ipftProcess(['record', ...ARGS, '-f', 'comm', '-w', FILE, ...pinging(1)]);
      expect(show([FILE, '-f', 'ifname']).code).toBe(0);
      expect(show([FILE, '-f', 'netns'])).toMatchObject({ code: 4 });
    });

    it('shows a part of the trace: functions, packets, times, a number of events', async () => {
      await ipftProcess(['record', ...ARGS, '-w', FILE, ...pinging(3)]);
      const all = parseJson(show([FILE, '-o', 'json']).stdout);
      const [first, second] = [all[0], all.find(({ packet }) => packet === 2)];
      const count = (...args: string[]): number => eventsIn(show([FILE, '-o', 'json', ...args]).stdout);
      const matching = (matches: (event: (typeof all)[number]) => boolean): number =>
        all.filter(matches).length;
      expect(count('-r', 'queue')).toBe(matching((event) => event.function === 'tp:net_dev_queue'));
      expect(count('--packet', '2')).toBe(matching(({ packet }) => packet === 2));
      expect(count('--until', `${first?.timestamp}`)).toBe(1);
      expect(count('--since', `${second?.timestamp}`)).toBe(
        matching(({ timestamp }) => timestamp >= (second?.timestamp ?? 0n)),
      );
      expect(count('--until', '0ms')).toBe(1);
      expect(count('--count', '2')).toBe(2);
    });

    it('names what was not recorded, and how it is', async () => {
      await ipftProcess(['record', ...ARGS, '-w', FILE, ...pinging(1)]);
      expect(show([FILE, '-f', 'len,skb->hash,ifindex'])).toEqual({
        code: 4,
        stdout: '',
        stderr: `ipft: ${FILE} does not have skb->hash, ifindex: it was not recorded\nTry: ipft record -f 'skb->hash,ifindex'\n`,
      });
    });

    it('has drops and relatives only if they were asked for', async () => {
      await ipftProcess([...ARGS, '-w', FILE, ...pinging(1)]);
      expect(show([FILE, '--drops'])).toMatchObject({
        code: 4,
        stderr: expect.stringMatching(/--drops: .* does not have drops/) as string,
      });
      expect(show([FILE, '--family'])).toMatchObject({
        code: 4,
        stderr: expect.stringMatching(/--family: .* does not have relatives/) as string,
      });
    });

    it('--rotate begins further files, each of which is whole', async () => {
      const flood = `-- ping -f -q -c 60000 -m ${MARK} 127.0.0.1`.split(' ');
      const rotating = ['--rotate', '64kB', '-w', FILE];
      const { code, stderr } = await ipftProcess(['record', ...ARGS, ...rotating, ...flood]);
      expect(code).toBe(0);
      const numbers = readdirSync(folder)
        .flatMap((name) => /^trace\.ipft\.(\d+)$/.exec(name)?.[1] ?? [])
        .map(Number)
        .sort((left, right) => left - right);
      expect(numbers.length).toBeGreaterThan(1);
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
      const files = [...numbers.map((number) => `${FILE}.${number}`), FILE];
      for (const file of files) expect(statSync(file).mode & 0o777).toBe(0o600);
      const shown = show([...files, '-o', 'csv']);
      expect(shown).toMatchObject({ code: 0, stderr: '' });
      const [, samples] = /Samples: (\d+) Lost: 0/.exec(stderr) ?? [];
      expect(shown.stdout.trimEnd().split('\n').length - files.length).toBe(Number(samples));
    });

    it('--rotate-keep removes the oldest ones, and a new trace those of an earlier one', async () => {
      const flood = `-- ping -f -q -c 240000 -m ${MARK} 127.0.0.1`.split(' ');
      await ipftProcess(['record', ...ARGS, '--rotate', '64kB', '--rotate-keep', '2', '-w', FILE, ...flood]);
      const numbered = (): string[] => readdirSync(folder).filter((name) => /^trace\.ipft\.\d+$/.test(name));
      expect(numbered()).toHaveLength(1);
      expect(numbered()).not.toEqual(['trace.ipft.1']);
      await ipftProcess(['record', ...ARGS, '--rotate', '64kB', '-w', FILE, ...pinging(1)]);
      expect(numbered()).toEqual([]);
    });

    it('has the devices of ipft’s namespace', async () => {
      await ipftProcess(['record', ...ARGS, '-w', FILE, ...pinging(1)]);
      const { description } = await TraceReader.open(createReadStream(FILE), FILE);
      const loopback = { netns: statSync('/proc/self/ns/net').ino, ifindex: 1, name: 'lo' };
      expect(description.devices).toContainEqual(loopback);
    });

    it('does not have the devices of another namespace, whose /sys is mounted', async () => {
      const [device] = readdirSync('/sys/class/net').filter((name) => name !== 'lo');
      expect(device).toBeDefined();
      const args = [...IPFT, 'record', ...ARGS, '-w', FILE, '--duration', '100ms'];
      execFileSync('unshare', ['--net', ...args], { cwd: HOME, stdio: 'pipe' });
      const { description } = await TraceReader.open(createReadStream(FILE), FILE);
      expect(description.devices).toBeUndefined();
    });

    it('is written to a pipe, and read from one', () => {
      const command = `${IPFT.join(' ')} record ${ARGS.map((word) => `'${word}'`).join(' ')} -w - ${pinging(3).join(' ')} | ${IPFT.join(' ')} show - -o json`;
      const { stdout } = spawnSync('bash', ['-c', command], { cwd: HOME, encoding: 'utf8' });
      expect(eventsIn(stdout)).toBeGreaterThanOrEqual(6);
    });

    it('is not written to a terminal', () => {
      const python = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
      const command = [...IPFT, 'record', ...ARGS, '-w', '-', '--duration', '1s'];
      const { status, stdout } = spawnSync('python3', ['-c', python, ...command], {
        cwd: HOME,
        encoding: 'utf8',
      });
      expect({ status, stdout }).toEqual({
        status: 2,
        stdout: expect.stringContaining('--write -: stdout is a terminal') as string,
      });
    });

    it('has what was written until a second before its writer was killed', async () => {
      const running = new IpftProcess(['record', ...ARGS, '-w', FILE]);
      await running.says('Trace ready!');
      await ping(MARK);
      await delay(1500);
      await running.end('SIGKILL');
      const shown = show([FILE, '-o', 'json']);
      expect(shown.code).toBe(0);
      expect(shown.stdout.trimEnd().split('\n').length).toBeGreaterThanOrEqual(2);
      expect(shown.stderr).toContain(`${FILE} was not ended: its trace still runs, or was killed`);
      expect(show([FILE, '--fail-on-loss']).code).toBe(7);
    });

    it('has whole blocks where a disk was full, and the trace ends with exit code 3', async () => {
      const disk = `${folder}/disk`;
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', disk]);
      try {
        const path = `${disk}/trace.ipft`;
        const ping = `ping -n -q -m ${MARK} 127.0.0.1`;
        const few = `${ping} -c 20 -i 0.01 && sleep 1.2`; // until they are written
        const more = `${ping} -c 20000 -f`;
        const sent = ['--', 'sh', '-c', `${few} && ${more}`];
        const { code, stderr } = await ipftProcess(['record', ...ARGS, '-w', path, ...sent]);
        expect(stderr).toContain(`the disk under ${path} is full (ENOSPC)`);
        expect(code).toBe(3);
        const shown = show([path, '-o', 'json']);
        expect(shown).toMatchObject({
          code: 0,
          stderr: expect.not.stringContaining('within a block') as string,
        });
        expect(shown.stdout).toContain('"function":"tp:net_dev_queue"');
      } finally {
        execFileSync('umount', [disk]);
      }
    });

    it.each([
      ['a device that takes nothing', () => '/dev/full', /is full \(ENOSPC\)/],
      ['a folder', () => folder, /--write: cannot write .* \(EISDIR\)/],
      [
        'a symbolic link',
        () => {
          symlinkSync(FILE, `${folder}/link`);
          return `${folder}/link`;
        },
        /\(ELOOP\)\nTry: the file itself: symbolic links are not followed/,
      ],
    ])('is not written to %s', async (_, path, message) => {
      const { code, stderr } = await ipftProcess(['record', ...ARGS, '-w', path(), ...pinging(1)]);
      expect(stderr).toMatch(message);
      expect(code).toBe(3);
    });
  },
);

describe('ipft show tells on a terminal how much it has read', () => {
  const RECORDING = 'test/unit/recordings/function.ipft';
  /** Writes a file to a pipe: the second half a second after the first one was read. */
  const FEEDER = `
import fcntl, struct, sys, termios, time
bytes = open(sys.argv[1], "rb").read()
sys.stdout.buffer.write(bytes[:2000])
sys.stdout.flush()
while struct.unpack("i", fcntl.ioctl(1, termios.FIONREAD, b"\\0" * 4))[0] > 0: time.sleep(0.05)
time.sleep(1)
sys.stdout.buffer.write(bytes[2000:])
`;
  const SPAWN = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

  /** What is written to a terminal. */
  const slowly = (redirect: string): string => {
    const piped = `python3 -c '${FEEDER}' ${RECORDING} | ${IPFT.join(' ')} show - -o csv ${redirect}`;
    const words = ['-c', SPAWN, 'bash', '-c', piped];
    const { status, stdout } = spawnSync('python3', words, { cwd: HOME, encoding: 'utf8' });
    expect(status).toBe(0);
    return stdout;
  };

  it('and takes it away at the end', () => {
    expect(slowly('>/dev/null')).toBe('\rReading stdin: 0.0 MB\u001b[K\r\u001b[K');
  });

  it('but not among the results', () => {
    expect(slowly('')).toMatch(/^packet_id,/);
    expect(slowly('')).not.toContain('Reading');
  });

  it('and nowhere else', () => {
    expect(slowly('2>&1 >/dev/null | cat')).toBe('');
  });
});

describe('ipft show refuses with exit code 2', () => {
  it.each([
    ['a file that is not there', `${folder}/none`, /cannot be read \(ENOENT\)/],
    ['a folder', folder, /cannot be read \(EISDIR\)/],
    ['something else', '/proc/version', /no capture file/],
    ['an empty file', '/dev/null', /is empty/],
  ])('%s', (_, path, message) => {
    const { code, stderr } = show([path]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) as string });
  });

  it('stdin without a capture file', () => {
    expect(show(['-'], Buffer.from('nothing of the kind'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('stdin is no capture file') as string,
    });
  });
});
