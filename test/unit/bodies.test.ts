// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { replacedFunctions } from '../../src/machine/bodies.js';
import { ipft, killLeftovers } from '../support/stand-ins/process.js';

const directory = mkdtempSync('/tmp/ipft-unit-bodies-');
afterAll(() => rmSync(directory, { recursive: true, force: true }));
afterEach(killLeftovers);

it.each([
  ['into the bodies of functions', [], {}, [5, 0], ''],
  ['to their entries with function_graph', ['-t', 'function_graph'], {}, [0, 0], ''],
  [
    'to their entries where their code cannot be read',
    [],
    { FAKE_TEXT_ERROR: 'EPERM' },
    [0, 0],
    '/proc/kcore: no',
  ],
  [
    'to their entries on a kernel that leaves programs out at breakpoints',
    [],
    { FAKE_NO_BREAKPOINTS: '1' },
    [0, 0],
    'this kernel runs no programs at breakpoints',
  ],
])('-b kprobe places probes %s', async (_, args, env, [output, rcv], why) => {
  const log = `${directory}/plan`;
  const run = ipft(['-m', '1', '-r', '^(ip|nft)_', '-b', 'kprobe', '-v', ...args], {
    env: { FAKE_KEEPER_LOG: log, ...env },
  });
  await run.says('Trace ready!');
  const { stderr, code } = await run.kill('SIGINT').ended;
  expect(code).toBe(0);
  const plan = readFileSync(log, 'utf8');
  expect(plan).toContain(`0xffffffff81000010 ${output} 11 vmlinux ip_output\n`);
  expect(plan).toContain(`0xffffffff81000020 ${rcv} 12 vmlinux ip_rcv\n`);
  expect(plan).toContain('0xffffffffc0000010 0 0 nf_tables nft_do_chain\n'); // a live patch is on it
  const told = /^Probing functions at their entries, which takes longer: (.*)$/m.exec(stderr)?.[1] ?? '';
  expect(told).toBe(why);
});

describe('functions whose calls are redirected', () => {
  it('are those with the flag I or D in enabled_functions', () => {
    const lines = [
      'ip_rcv (1) R     \ttramp: 0xffffffffc0400000 (kprobe_ftrace_handler+0x0/0x1b0) ->ftrace_regs_call',
      'ip_output (2) R I     \ttramp: ftrace_regs_caller+0x0/0x65 (klp_ftrace_handler+0x0/0x220)',
      'veth_xmit [veth] (1)   I     ->arch_ftrace_ops_list_func+0x0/0x250',
      'ip_local_out (1)     D   tramp: 0xffffffffc0402000',
      'ip_forward (3) R   D   tramp: 0xffffffffc0402000',
      'I (1)            ',
    ];
    expect(replacedFunctions(`${lines.join('\n')}\n`)).toEqual(
      new Set(['ip_output', 'veth_xmit', 'ip_local_out', 'ip_forward']),
    );
  });
});
