// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { NftStep } from '../../../src/core/nft.js';
import { trace } from '../../support/ipft/in-process.js';
import { traceProcess } from '../../support/ipft/process.js';
import { parseResults, type Event } from '../../support/ipft/results.js';
import { MARK } from '../../support/ipft/running.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { run, withMounts } from '../../support/kernel/system.js';
import { TRAFFIC } from '../../support/traffic/traffic.js';

run('modprobe', 'nf_tables');
run('ip', 'link', 'set', 'lo', 'up');

const TRACED = ['-m', MARK, '-r', '^ip_rcv$', '--why', 'nft', '-o', 'json'];
const load = (): string =>
  run('nft', 'table ip told { chain in { type filter hook input priority 0; udp dport 77 counter drop; }; }');
const send = (): string => run(TRAFFIC, 'udp', '--to', '127.0.0.1:77', '--mark', MARK);

interface Seen extends Event {
  readonly nft: NftStep | null;
}

/** What statements of rules have shown. */
function rulesIn(stdout: string): NftStep[] {
  const events = parseResults(stdout).events as Seen[];
  return events.flatMap(({ nft }) => (nft?.handle === undefined ? [] : [nft]));
}

afterEach(async () => {
  run('nft', 'flush', 'ruleset');
  await cleanUp();
});

describe.runIf(existsSync('/sys/kernel/btf/nf_tables'))(
  '--why nft tells (skipped on kernels without BTF of modules)',
  () => {
    it('that nft fails, and shows rules by their handles', async () => {
      load();
      const running = await traceProcess(TRACED, {
        through: withMounts('mount --bind /bin/false /usr/sbin/nft'),
      });
      send();
      const { code, stdout, stderr } = await running.end();
      expect(code).toBe(0);
      expect(stderr).toContain('warning: rules are shown without their texts: nft has failed');
      const place = { family: 'ip', table: 'told', chain: 'in', rule: null };
      expect(rulesIn(stdout)).toEqual([
        { ...place, handle: expect.any(Number) as number },
        { ...place, handle: expect.any(Number) as number, verdict: 'drop' },
      ]);
      expect(parseResults(stdout).summary.nft).toEqual({ unknown_rules: 0, rules_without_text: 1 });
    });

    it('that nf_tables is not loaded, and shows the rules once it is', async () => {
      run(
        'bash',
        '-c',
        "lsmod | awk '/^(nft_|nf_tables)/ { print $1 }' | xargs -r -n 1 modprobe -r; modprobe -r nf_tables",
      );
      const running = await trace(TRACED);
      await running.says('nf_tables is not loaded: there are no rules of nftables yet');
      run('modprobe', 'nf_tables');
      await running.says('odule nf_tables was loaded');
      load();
      send();
      const { stdout } = await running.end();
      expect(rulesIn(stdout).at(-1)).toMatchObject({ rule: 'udp dport 77 counter drop', verdict: 'drop' });
    });
  },
);
