// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/core/errors.js';
import type { NftStep } from '../../../src/core/nft.js';
import type { Summary } from '../../../src/core/summary.js';
import { SYMBOLS } from '../../../src/machine/functions.js';
import { ipft, trace } from '../../support/ipft/in-process.js';
import { parseResults, type Event } from '../../support/ipft/results.js';
import { MARK } from '../../support/ipft/running.js';
import { shown } from '../../support/ipft/shown.js';
import { AUTO, BACKENDS, cleanUp } from '../../support/kernel/kernel.js';
import { pause, run, shell } from '../../support/kernel/system.js';
import { HOME } from '../../support/home.js';
import { TRAFFIC } from '../../support/traffic/traffic.js';
import { IS_WHOLE, wholeOnlyBut } from '../../support/whole.js';
import { monitored, type MetRule } from '../../support/witnesses/nft-monitor.js';

run('modprobe', '-a', 'nf_tables', 'nft_reject_inet', 'nft_compat', 'dummy');

/** A function of the kernel itself that these packets pass, so that something is selected. */
const SOME = '^ip_rcv$';
const HAS_MODULE_BTF = existsSync('/sys/kernel/btf/nf_tables');

/** Rules before this one, which all look at the packet: those of a chain are in one piece of memory. */
const MANY = IS_WHOLE ? 20_000 : 200;

const RULESET = `
table inet ipft {
  set ports { type inet_service; elements = { 1, 2, 3 }; }
  chain pre { type filter hook prerouting priority -350; udp dport 50-99 meta nftrace set 1; }
  chain second { tcp dport 22 accept; udp dport 53 counter drop comment "two jumps deep"; }
  chain first { udp dport @ports drop; meta l4proto { tcp, udp } jump second; }
  chain back { udp dport 54 return; drop; }
  chain in {
    type filter hook input priority 0; policy accept;
    ip daddr 127.0.0.2 jump first
    udp dport 54 goto back
    udp dport vmap { 77 : drop, 78 : accept }
    udp dport 79 reject
    udp dport 80 counter
    udp dport 81 accept
    udp dport 82 meta priority set 1:2
  }
}`;

const TARGETS = [
  ...['127.0.0.2:53', '127.0.0.2:55', '127.0.0.1:54', '127.0.0.1:77', '127.0.0.1:78', '127.0.0.1:79'],
  ...['127.0.0.1:80', '127.0.0.1:81', '127.0.0.1:82', '127.0.0.1:83'],
];

const RULES = join(HOME, 'lab/net/rules');
const send = (...targets: string[]): void =>
  targets.forEach((target) => run(TRAFFIC, 'udp', '--to', target, '--mark', MARK));

/** Until the events of what was sent have been read. */
const PAUSE_MS = 1500;

const load = (ruleset: string): string =>
  execFileSync('nft', ['-f', '-'], { input: ruleset, encoding: 'utf8' });

interface Seen extends Event {
  readonly nft: NftStep | null;
}

async function traced(
  action: () => unknown,
  ...args: string[]
): Promise<{ events: Seen[]; summary: Summary }> {
  const running = await trace(['-m', MARK, '-r', SOME, '--why', 'nft', '-o', 'json', ...args]);
  await action();
  const { code, stdout } = await running.end();
  expect(code).toBe(0);
  const { events, summary } = parseResults(stdout);
  return { events: events as Seen[], summary };
}

function stepsOf(events: readonly Seen[]): Seen[][] {
  const packets = [...new Set(events.map(({ packet }) => packet))];
  return packets.map((packet) => events.filter((event) => event.packet === packet && event.nft !== null));
}

/** The rules of a packet's steps, each once; what a rule's last statement decided. */
function rulesOf(steps: readonly Seen[]): MetRule[] {
  const rules: MetRule[] = [];
  let last: number | undefined;
  for (const { nft } of steps) {
    if (nft?.handle === undefined || nft.handle === null) continue;
    const verdict = [nft.verdict ?? 'continue', ...(nft.target === undefined ? [] : [nft.target])].join(' ');
    const rule = { place: `${nft.family} ${nft.table}/${nft.chain}`, rule: nft.rule ?? '', verdict };
    if (nft.handle === last) rules.pop();
    rules.push(rule);
    last = nft.handle;
  }
  return rules;
}

/**
 * What both tell: a verdict map is looked up for each packet, and what it says is not seen by ipft; which rule returned is not told by
 * all kernels.
 */
const comparable = (rules: readonly MetRule[]): MetRule[] =>
  rules
    .filter(({ rule }) => !rule.includes(' vmap '))
    .map((each) => (each.verdict === 'return' ? { ...each, rule: '' } : each));

beforeAll(() => {
  run('ip', 'link', 'set', 'lo', 'up');
  load(`flush ruleset\n${RULESET}`); // other files of tests may have left some
});
afterEach(cleanUp);
afterAll(() => run('nft', 'flush', 'ruleset'));

describe.skipIf(HAS_MODULE_BTF)('a kernel without BTF of modules (skipped on others)', () => {
  it('is refused, with its remedy', async () => {
    const { code, stderr } = await ipft(['-m', MARK, '--why', 'nft', '-o', 'json']);
    expect(code).toBe(EXIT.unsupported);
    expect(stderr).toContain('this kernel does not describe nf_tables');
  });
});

describe.runIf(HAS_MODULE_BTF)('--why nft (skipped on kernels without BTF of modules)', () => {
  for (const backend of BACKENDS) {
    const [skips, why] = wholeOnlyBut(AUTO, backend);
    it.skipIf(skips)(`shows the rules that nft monitor trace shows, by ${backend}${why}`, async () => {
      let witnessed: MetRule[][] = [];
      const { events, summary } = await traced(
        async () => (witnessed = await monitored(TARGETS.length, () => send(...TARGETS))),
        ...['-b', backend],
      );
      const packets = stepsOf(events);
      expect(witnessed).toHaveLength(TARGETS.length);
      expect(packets.map((steps) => comparable(rulesOf(steps)))).toEqual(witnessed.map(comparable));
      expect(summary).toMatchObject({ lost: 0, nft: { unknown_rules: 0, rules_without_text: 0 } });
      const looked = packets.map((steps) => steps.some(({ nft }) => nft?.looks_up === true));
      const decided = witnessed.map((rules) => rules.some(({ rule }) => rule.includes(' vmap ')));
      expect(decided.filter(Boolean)).toHaveLength(2);
      expect(decided.filter((isBy, at) => isBy && looked[at] !== true)).toEqual([]);
      // Each packet passes both base chains.
      const bases = packets.map((steps) =>
        steps.flatMap(({ nft }) => (nft?.hook === undefined ? [] : [nft])),
      );
      const base = { family: 'inet', table: 'ipft', type: 'filter', policy: 'accept' };
      for (const each of bases)
        expect(each).toEqual([
          { ...base, chain: 'pre', hook: 'prerouting', priority: -350 },
          { ...base, chain: 'in', hook: 'input', priority: 0 },
        ]);
    });
  }

  it('attaches nothing for it, and has no such field, unless it is asked; asked after that, it does', async () => {
    rmSync(SYMBOLS, { recursive: true, force: true });
    const running = await trace(['-m', MARK, '-o', 'json']);
    send('127.0.0.1:77');
    const { stdout } = await running.end();
    const events = parseResults(stdout).events as Seen[];
    expect(events.length).toBeGreaterThan(5);
    expect(events.filter((event) => event.function === 'nft_do_chain' || 'nft' in event)).toEqual([]);
    // What the trace has kept of the kernel's symbols has them, too.
    const asked = await traced(() => send('127.0.0.1:77'));
    expect(rulesOf(stepsOf(asked.events)[0] ?? [])).not.toEqual([]);
  });

  it('shows rules in text, below the function', async () => {
    const running = await trace(['-m', MARK, '-r', SOME, '--why', 'nft', '-o', 'stream']);
    send('127.0.0.2:53');
    const { stdout } = await running.end();
    const lines = stdout.split('\n').filter((line) => line.startsWith('    -> '));
    expect(lines.map((line) => line.trim())).toEqual([
      '-> inet ipft/pre, hook prerouting, priority -350, policy accept',
      expect.stringMatching(/^-> inet ipft\/pre rule \d+ "udp dport 50-99 meta nftrace set 1"$/),
      '-> inet ipft/in, hook input, priority 0, policy accept',
      expect.stringMatching(/^-> inet ipft\/in rule \d+ "ip daddr 127.0.0.2 jump first": jump first$/),
      expect.stringMatching(
        /^-> inet ipft\/first rule \d+ "meta l4proto \{ tcp, udp \} jump second": jump second$/,
      ),
      expect.stringMatching(
        /^-> inet ipft\/second rule \d+ "udp dport 53 counter drop comment "two jumps deep""$/,
      ),
      expect.stringMatching(
        /^-> inet ipft\/second rule \d+ "udp dport 53 counter drop comment "two jumps deep"": drop$/,
      ),
    ]);
  });

  it('knows the rules of a ruleset that changes during the trace', async () => {
    const { events, summary } = await traced(async () => {
      send('127.0.0.1:81');
      await pause(PAUSE_MS);
      run(
        'nft',
        'insert',
        'rule',
        'inet',
        'ipft',
        'in',
        'udp',
        'dport',
        '81',
        'counter',
        'accept',
        'comment',
        '"new"',
      );
      send('127.0.0.1:81');
      await pause(PAUSE_MS);
      run('nft', 'delete', 'table', 'inet', 'ipft');
      load(RULESET.replace('udp dport 81 accept', 'udp dport 81 counter drop'));
      send('127.0.0.1:81');
      await pause(PAUSE_MS);
    });
    load(`delete table inet ipft\n${RULESET}`);
    const last = stepsOf(events).map((steps) => rulesOf(steps).at(-1));
    expect(last.map((rule) => [rule?.rule, rule?.verdict])).toEqual([
      ['udp dport 81 accept', 'accept'],
      ['udp dport 81 counter accept comment "new"', 'accept'],
      ['udp dport 81 counter drop', 'drop'],
    ]);
    expect(summary.nft).toEqual({ unknown_rules: 0, rules_without_text: 0 });
  });

  it(`finds one of ${MANY} rules`, async () => {
    const rules = Array.from(
      { length: MANY },
      (_, at) => `    udp dport 90 udp sport ${at % 1024} counter\n`,
    );
    load(`table ip many {
  chain in { type filter hook input priority 10; ${rules.join('')} udp dport 91 drop; }
}`);
    const { events, summary } = await traced(() => send('127.0.0.1:91'));
    run('nft', 'delete', 'table', 'ip', 'many');
    expect(rulesOf(stepsOf(events)[0] ?? []).at(-1)).toEqual({
      place: 'ip many/in',
      rule: 'udp dport 91 drop',
      verdict: 'drop',
    });
    expect(summary).toMatchObject({ lost: 0, nft: { unknown_rules: 0, rules_without_text: 0 } });
  });

  it('shows rules of iptables-nft as iptables-save does', async () => {
    shell(
      'iptables-nft -A INPUT -p udp --dport 92 -m comment --comment "a comment" -j DROP; iptables-nft -A INPUT -p udp -m multiport --dports 93,94 -j REJECT',
    );
    const saved = run('iptables-nft-save')
      .split('\n')
      .filter((line) => line.startsWith('-A'));
    const { events } = await traced(() => send('127.0.0.1:92', '127.0.0.1:93'));
    run('iptables-nft', '-F', 'INPUT');
    const [dropped, rejected] = stepsOf(events).map((steps) => steps.at(-1));
    expect(saved).toHaveLength(2);
    expect(dropped?.nft).toMatchObject({
      family: 'ip',
      table: 'filter',
      chain: 'INPUT',
      rule: saved[0],
      verdict: 'drop',
    });
    expect(rejected).toMatchObject({ function: 'nft_target_eval_xt', nft: { rule: saved[1] } });
  });

  it('shows the rules of another network namespace, in which lab/net/rules has them', async () => {
    run(RULES, 'up');
    const { events } = await traced(() =>
      ['chain', 'reject', 'iptables'].forEach((kind) => run(RULES, 'send', kind)),
    );
    run(RULES, 'down');
    const last = stepsOf(events).map((steps) => rulesOf(steps).at(-1));
    const drop = { verdict: 'drop' };
    expect(last.filter((rule) => rule?.place.startsWith('ip marks/') === false)).toEqual([
      { place: 'inet shop/services', rule: 'udp dport 6001 counter drop comment "games"', ...drop },
      { place: 'inet shop/input', rule: 'udp dport 6003 reject', ...drop },
      {
        place: 'ip filter/INPUT',
        rule: '-A INPUT -p udp -m udp --dport 6004 -m comment --comment "old rule" -j DROP',
        ...drop,
      },
    ]);
  });

  it('keeps the rules in a capture file', async () => {
    const file = '/dev/shm/ipft-nft.ipft';
    const { events } = await traced(() => send(...TARGETS), '-w', file);
    run('nft', 'flush', 'ruleset');
    const { stdout } = await shown([file, '-o', 'json']);
    load(RULESET);
    rmSync(file);
    const again = parseResults(stdout).events as Seen[];
    expect(events.filter(({ nft }) => nft !== null).length).toBeGreaterThan(TARGETS.length);
    expect(again.map(({ nft }) => nft)).toEqual(events.map(({ nft }) => nft));
  });

  it('needs functions, and is told so', async () => {
    const { code, stderr } = await ipft(['-m', MARK, '--why', 'nft', '-b', 'tracepoint']);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain('--why: -b tracepoint sees no functions');
  });
});
