// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ipft, killLeftovers } from '../support/stand-ins/process.js';

const directory = mkdtempSync('/tmp/ipft-unit-');
afterAll(() => rmSync(directory, { recursive: true, force: true }));
afterEach(killLeftovers);

describe('a trace on a machine where only tracepoints can be traced', () => {
  const TRACEFS = '/sys/kernel/tracing/available_filter_functions';
  const MISSING = { FAKE_MISSING: `${TRACEFS},/sys/kernel/debug/tracing/available_filter_functions` };

  it('traces them, and says why, and what the remedy is', async () => {
    const log = `${directory}/tracepoint-plan`;
    const env = { ...MISSING, FAKE_PROBE_ERRNO: '95,2,0', FAKE_KEEPER_LOG: log };
    const run = ipft(['-m', '1'], { env });
    await run.says('Trace ready!');
    const { code, stdout, stderr } = await run.kill('SIGTERM').ended;
    expect(stderr).toMatch(
      /^Backend tracepoint: fentry-multi is refused.*; kprobe-multi is refused.*; so only tracepoints are traced, not functions\n {2}To trace functions: a kernel with CONFIG_KPROBES=y/,
    );
    expect(stderr).toContain('Attaching program (total 2, ');
    expect(stdout).toContain('tp:netif_rx (len: 84)\n');
    expect(code).toBe(0);
    expect(readFileSync(log, 'utf8')).toBe(
      'backend tracepoint\nfunction 0 0 0x0 0 0 vmlinux tp:netif_rx\n' +
        'function 1 1 0x0 0 0 vmlinux tp:kfree_skb\nattach\ndetached\n',
    );
  });

  it('names the kernel as the reason if the machine is ready', async () => {
    const run = await ipft(['-m', '1'], { env: { FAKE_PROBE_ERRNO: '95,2,0' } }).says('Trace ready!');
    expect((await run.kill('SIGTERM').ended).stderr).toMatch(
      /^Backend tracepoint: fentry-multi is refused.*; kprobe-multi is refused with EOPNOTSUPP.*; kprobe is refused with ENOENT.*; so only/,
    );
  });

  it('says with -v why each backend was refused', async () => {
    const env = { ...MISSING, FAKE_PROBE_ERRNO: '95,2,0' };
    const run = await ipft(['-m', '1', '-v'], { env }).says('Trace ready!');
    const { stderr } = await run.kill('SIGTERM').ended;
    expect(stderr).toMatch(
      /Backend kprobe-multi: no, tracefs is not mounted.*; kprobe-multi is refused with/,
    );
    expect(stderr).toMatch(
      /Backend kprobe: no, tracefs is not mounted.*\nBackend fentry: no, .*\nBackend tracepoint: /,
    );
  });

  it.each([
    [[], '0', /^ipft: tracefs is not mounted.*\nTry: mount /],
    [[], '95,0,0', /^ipft: tracefs is not mounted.*\nTry: mount /],
    [['-b', 'kprobe'], '95,0,0', /^ipft: tracefs is not mounted.*\nTry: mount /],
    [
      ['-r', '^ip_'],
      '95,2,0',
      /^ipft: only tracepoints can be traced here, and none matches --regex '\^ip_': fentry-multi is refused/,
    ],
  ])('does not trace something other than was asked for: %j with %s', async (args, errnos, message) => {
    const env = { ...MISSING, FAKE_PROBE_ERRNO: errnos };
    const { code, stderr, stdout } = await ipft(['-m', '1', ...args], { env }).ended;
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([3, '']);
  });

  it('refuses a regular expression that matches no tracepoint if they were asked for', async () => {
    const { code, stderr } = await ipft(['-m', '1', '-b', 'tracepoint', '-r', '^ip_']).ended;
    expect(stderr).toContain(
      "no tracepoint matches --regex '^ip_': 2 tracepoints take an skb\nTry: ipft --list --backend tracepoint",
    );
    expect(code).toBe(2);
  });

  it.each(['/sys/kernel/btf/vmlinux'])('fails without %s, exit 3', async (path) => {
    const { code, stderr } = await ipft(['-m', '1'], { env: { FAKE_MISSING: path } }).ended;
    expect([code, stderr]).toEqual([3, expect.stringContaining(`${path} cannot be read`)]);
  });
});

describe('--list', () => {
  it('lists tracepoints for -b tracepoint: without addresses, which they do not have', async () => {
    const text = await ipft(['--list', '-b', 'tracepoint']).ended;
    expect(text.stdout.split('\n')[0]?.split(/\s+/)).toEqual(['tp:netif_rx', 'vmlinux', '-', '1']);
    const { stdout } = await ipft(['--list', '-b', 'tracepoint', '-o', 'json', '-r', 'kfree']).ended;
    expect(JSON.parse(stdout)).toMatchObject({ name: 'tp:kfree_skb', address: null, skb_position: 1 });
  });
});
