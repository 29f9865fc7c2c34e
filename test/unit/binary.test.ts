// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';
import { BARE_HOME } from '../support/stand-ins/build-homes.js';
import { ipft, killLeftovers, until } from '../support/stand-ins/process.js';

const directory = mkdtempSync('/tmp/ipft-unit-');
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const bare = (...args: string[]) => ipft(args, { home: BARE_HOME, fakeKernel: false }).ended;

afterEach(killLeftovers);

describe('without a kernel', () => {
  it('shows help and version on stdout, exit 0', async () => {
    const help = await bare('--help');
    expect(help).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('Examples:') as string,
    });
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await bare('--version')).toMatchObject({ code: 0, stderr: '', stdout: `${version}\n` });
  });

  it.each([
    [[], 'neither a mark nor a filter given'],
    [['--mark', 'xyz'], "received 'xyz'"],
    [['-m', '-1'], "received '-1'"],
    [['-m', '0x1ffffffff'], "received '0x1ffffffff'"],
    [['-m', '1', '-r', '('], "received '('"],
    [['-m', '1', '-b', 'nope'], 'auto, fentry-multi, kprobe-multi, kprobe, fentry, ftrace, tracepoint'],
    [['-m', '1', '-o', 'nope'], 'aggregate, stream, json'],
    [['-m', '1', '--nope'], "unknown option '--nope'"],
  ])('exits 2 for %j, before anything is loaded', async (args, message) => {
    const { code, stdout, stderr } = await bare(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^Try: /m);
  });

  it.each([[['-m', '0']], [['--list']]])('says that the addon was not built: %j', async (args) => {
    const { code, stderr } = await bare(...args);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /the native addon was not built: .*build\/Release\/ipft.node does not exist\nTry: npm run build\n/,
    );
  });

  it.each([
    ['Debug', /the native addon was not built: .*build\/Debug\/ipft.node .*\nTry: npm run build:debug\n/],
    ['toString', /IPFT_BUILD is 'toString'\nTry: Release or Debug\n/],
  ])('uses the build named by IPFT_BUILD: %s', async (build, message) => {
    const options = { home: BARE_HOME, fakeKernel: false, env: { IPFT_BUILD: build } };
    const { code, stderr } = await ipft(['--list'], options).ended;
    expect(code).toBe(3);
    expect(stderr).toMatch(message);
  });
});

describe('a trace', () => {
  it('prints counters and messages on stderr, the table on stdout, and ends with a signal, exit 0', async () => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      const run = ipft(['-m', '1', '--perf-page-count', '64']);
      await run.says('Trace ready!');
      expect(await run.kill(signal).ended).toEqual({
        code: 0,
        signal: null,
        stderr:
          'Attaching program (total 4, succeeded 3, failed 0 filtered: 0 untraceable: 1)\n' +
          'Trace ready!\nSamples: 4 Lost: 2\n' +
          'warning: 33.3 % of the trace is missing: 2 of 6 events were lost, since the ring buffer was full\n' +
          'Try: --perf-page-count 128, or fewer events: --regex, --sample\nTrace done!\n',
        stdout:
          '===\n' +
          '1 0000                        ip_output (len: 84)\n' +
          '2 0000                           ip_rcv (len: 84)\n' +
          '3 0000                        ip_output (len: 84)\n' +
          '4 0000                        ip_output (len: 84)\n',
      });
    }
  });

  it('runs in a process named ipft', async () => {
    const run = await ipft(['-m', '1']).says('Trace ready!');
    expect(readFileSync(`/proc/${run.child.pid}/comm`, 'utf8')).toBe('ipft\n');
    expect((await run.kill('SIGTERM').ended).code).toBe(0);
  });

  it('reports how many functions the regular expressions exclude, and attaches the others', async () => {
    const log = `${directory}/plan`;
    const run = ipft(['-m', '1', '-r', '^ip_', '--module-regex', 'vmlinux'], {
      env: { FAKE_KEEPER_LOG: log },
    });
    await run.says('filtered: 2 untraceable: 0');
    await run.says('Trace ready!');
    await run.kill('SIGINT').ended;
    expect(readFileSync(log, 'utf8')).toBe(
      'backend kprobe-multi\ntracefs /sys/kernel/tracing\n' +
        'function 0 2 0xffffffff81000010 0 11 vmlinux ip_output\n' +
        'function 1 0 0xffffffff81000020 0 12 vmlinux ip_rcv\nattach\ndetached\n',
    );
  });

  it.each([
    [
      ['-r', 'nothing_like_it'],
      2,
      /no function matches --regex 'nothing_like_it': 4 functions take an skb\nTry: ipft --list/,
    ],
    [['-r', 'nf_no'], 2, /none of the functions can be traced: nf_no \(too far right\)\nTry: ipft --list/],
  ])('refuses %j', async (args, code, message) => {
    const result = await ipft(['-m', '1', ...args]).ended;
    expect(result.stderr).toMatch(message);
    expect(result).toMatchObject({ code, stdout: '' });
  });

  it('warns of --mask 0 and accepts --mark 0', async () => {
    const run = await ipft(['-m', '0', '--mask', '0']).says('Trace ready!');
    expect((await run.kill('SIGINT').ended).stderr).toContain('warning: --mask 0 ');
  });

  it('removes the ready file of an earlier trace, and writes its pid when ready', async () => {
    const file = `${directory}/ready`;
    writeFileSync(file, '123\n');
    const attaching = ipft(['-m', '1', '--ready-file', file], { env: { FAKE_KEEPER: 'never-attaches' } });
    await until(() => !existsSync(file));
    await delay(300);
    expect(existsSync(file)).toBe(false);
    expect((await attaching.kill('SIGINT').ended).code).toBe(0);
    expect(existsSync(file)).toBe(false);

    const run = await ipft(['-m', '1', '--ready-file', file]).says('Trace ready!');
    await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '');
    expect(readFileSync(file, 'utf8')).toBe(`${run.child.pid}\n`);
    await run.kill('SIGINT').ended;
    expect(existsSync(file)).toBe(true);
  });

  it('refuses an existing ready file that ipft did not write, and keeps it', async () => {
    const file = `${directory}/precious`;
    writeFileSync(file, 'data');
    const { code, stderr } = await ipft(['-m', '1', '--ready-file', file]).ended;
    expect(stderr).toMatch(/holds something else than a pid[^]*Try: /);
    expect([code, readFileSync(file, 'utf8')]).toEqual([3, 'data']);
  });

  it('refuses a ready file that cannot be written, before it attaches', async () => {
    const { code, stderr } = await ipft(['-m', '1', '--ready-file', `${directory}/none/ready`]).ended;
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/ENOENT[^]*Try: /) as string,
    });
    expect(stderr).not.toContain('Attaching');
  });

  it('accepts connections on the probe server once tracing, on the loopback, and closes them', async () => {
    const port = await freePort();
    const run = ipft(['-m', '1', '--enable-probe-server', '--probe-server-port', `${port}`]);
    await run.says('Trace ready!');
    // It listens right behind that message.
    let answer = await connectTo(port);
    for (let tries = 0; answer === 'refused' && tries < 500; tries++) {
      await delay(10);
      answer = await connectTo(port);
    }
    expect(answer).toBe('closed');
    await run.kill('SIGINT').ended;
    expect(await connectTo(port)).toBe('refused');
  });

  it('refuses a probe server port that is taken, before it attaches', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, stderr } = await ipft([
      '-m',
      '1',
      '--enable-probe-server',
      '--probe-server-port',
      `${port}`,
    ]).ended;
    server.close();
    expect(stderr).toMatch(/cannot listen on 127.0.0.1:\d+ \(EADDRINUSE\)\nTry: /);
    expect({ code, attached: stderr.includes('Attaching') }).toEqual({ code: 3, attached: false });
  });

  it('says which backend is used, and why, unless it is the preferred one', async () => {
    const run = await ipft(['-m', '1'], { env: { FAKE_PROBE_ERRNO: '95,0' } }).says('Trace ready!');
    const { stderr } = await run.kill('SIGINT').ended;
    expect(stderr).toContain(
      'Backend kprobe-multi: no, kprobe-multi is refused with EOPNOTSUPP, it needs Linux 5.18 with CONFIG_FPROBE\n',
    );
    expect(stderr).toContain('Backend kprobe: a trace event');
  });

  it.each([
    [
      ['-b', 'kprobe-multi'],
      '95,0',
      /kprobe-multi is refused with EOPNOTSUPP.* This kernel has: kprobe, tracepoint\nTry: --backend kprobe/,
    ],
    [['-b', 'kprobe'], '0,1', /kprobe is refused with EPERM.* This kernel has: kprobe-multi, tracepoint\n/],
    [
      [],
      '95,2,22',
      /kprobe-multi is refused.*; kprobe is refused with ENOENT.*; tracepoint is refused with EINVAL.* no backend of ipft\nTry: /,
    ],
  ])('exits 4 if the kernel lacks %j (%s)', async (args, errnos, message) => {
    const { code, stderr } = await ipft(['-m', '1', ...args], { env: { FAKE_PROBE_ERRNO: errnos } }).ended;
    expect(stderr).toMatch(message);
    expect(code).toBe(4);
    expect(stderr).not.toContain('Trace ready!');
  });

  it('shows the last lines of the verifier log, all of them with -v, exit 5', async () => {
    const env = { FAKE_LOAD_ERROR: 'EINVAL' };
    const short = await ipft(['-m', '1'], { env }).ended;
    expect(short).toMatchObject({ code: 5, stdout: '' });
    expect(short.stderr).toMatch(
      /the verifier says no \(load, EINVAL\)\n {2}log line 20\n[^]*log line 29\n {2}\(20 more/,
    );
    expect((await ipft(['-m', '1', '-v'], { env }).ended).stderr).toContain('log line 0\n');
  });
});

describe('--list', () => {
  it('prints NAME MOD ADDR SKB_POSITION of traceable functions, without titles in a pipe', async () => {
    const { code, stdout, stderr } = await ipft(['--list', '-r', '^n']).ended;
    expect(code).toBe(0);
    expect(stderr).toBe('2 functions take an skb, 1 of them can be traced\n');
    expect(stdout.split(/\s+/)).toEqual(['nft_do_chain', 'nf_tables', '0xffffffffc0000010', '1', '']);
  });

  it('prints JSON of all functions with reasons and counts, and of selected functions that BTF does not describe', async () => {
    const { stdout } = await ipft(['--list', '-o', 'json', '-r', '^(n|tun_)']).ended;
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      {
        name: 'nft_do_chain',
        module: 'nf_tables',
        symbol: 'nft_do_chain',
        address: '0xffffffffc0000010',
        skb_position: 1,
        traceable: true,
        reason: '',
      },
      {
        name: 'nf_no',
        module: 'vmlinux',
        symbol: 'nf_no',
        address: '0x0000000000000000',
        skb_position: 7,
        traceable: false,
        reason: 'too far right',
      },
      {
        name: 'tun_get',
        module: 'tun',
        symbol: 'tun_get.constprop.0',
        address: null,
        skb_position: null,
        traceable: false,
        reason: 'not in BTF: its arguments are unknown',
      },
      {
        summary: {
          functions: 2,
          traceable: 1,
          uncertain: 0,
          reasons: { 'too far right': 1 },
          undescribed: 1,
        },
      },
    ]);
  });
});

function connectTo(port: number): Promise<'closed' | 'refused'> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve('refused'));
    socket.once('connect', () => socket.once('close', () => resolve('closed')).resume());
  });
}
