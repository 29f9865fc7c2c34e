// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Dump, Summary } from '../../src/core/summary.js';
import { addon } from '../support/addon/addon.js';
import { refusal } from '../support/addon/bpf-objects.js';
import { HOME } from '../support/home.js';
import { IPFT, ipftProcess, IpftProcess } from '../support/ipft/process.js';
import { until } from '../support/kernel/system.js';
import { ping, TRAFFIC, whileUnread } from '../support/traffic/traffic.js';

/** No other trace on this machine has this mark. */
const MARK = 0x1e800000 + (process.pid & 0x3fffff);
const reason = refusal();
const HAS_REASONS = addon.readDropReasons() !== null;
const folder = mkdtempSync('/tmp/ipft-recorder-');
const FILE = `${folder}/dump.ipft`;

const ARGS = ['record', '-b', 'tracepoint', '-m', `${MARK}`, '-w', FILE, '--trigger-after', '200ms'];

/** A datagram to a port of the loopback without a socket. */
const sendToNobody = (): unknown =>
  spawnSync(TRAFFIC, ['udp', '--to', '127.0.0.1:9', '--mark', `${MARK}`, '--count', '1']);

async function recording(...args: string[]): Promise<IpftProcess> {
  const running = new IpftProcess([...ARGS, '--ring', '8MB', ...args]);
  await running.says('Trace ready!');
  return running;
}

const show = (...args: string[]): SpawnSyncReturns<string> => {
  const [program = '', ...words] = IPFT;
  return spawnSync(program, [...words, 'show', ...args], { cwd: HOME, encoding: 'utf8' });
};

interface Parsed {
  readonly functions: string[];
  readonly packets: Set<number>;
  readonly summary: Summary;
}

/** The lines of `-o json`: the summary counts drops as events, which have no line. */
function parsed(json: string): Parsed {
  const lines = json.trimEnd().split('\n');
  const { summary } = JSON.parse(lines.pop() ?? '') as { summary: Summary };
  const events = lines.map((line) => JSON.parse(line) as { function: string; packet: number });
  return {
    functions: events.map((event) => event.function),
    packets: new Set(events.map(({ packet }) => packet)),
    summary,
  };
}

/** What a file of the recorder has, as `ipft show` shows it. */
function shown(file: string): Parsed & { readonly trigger: Dump } {
  const { status, stdout, stderr } = show(file, '-o', 'json', '--fail-on-loss');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const all = parsed(stdout);
  if (all.summary.trigger === null) throw new Error(`no trigger in ${stdout}`);
  return { ...all, trigger: all.summary.trigger };
}

beforeAll(() => void execFileSync('lab/traffic/build', { cwd: HOME }));
beforeEach(() => void mkdirSync(folder, { recursive: true }));
afterEach(() => rmSync(folder, { recursive: true }));

describe.skipIf(reason !== null)(
  `the flight recorder${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 60_000 },
  () => {
    it('writes what was before a drop and after it, and is armed again', async () => {
      const json = `${folder}/all.json`;
      const running = await recording('--trigger', 'drop', '--trigger-count', '2', '--also', `json=${json}`);
      await ping(MARK);
      expect(existsSync(FILE)).toBe(false);
      sendToNobody();
      await running.says(`${FILE}: `);
      sendToNobody();
      const { code, stderr } = await running.ended;
      expect(code).toBe(0);
      const { functions, summary } = parsed(readFileSync(json, 'utf8'));
      expect(summary).toMatchObject({ end: 'trigger', trigger: null, lost: 0 });
      const [first, second] = [shown(FILE), shown(`${FILE}.1`)];
      expect(first.trigger).toMatchObject({
        ...{ file: FILE, trigger: 'drop', packet: 2, further: 0 },
        ...{ reason: HAS_REASONS ? 'NO_SOCKET' : null, events: first.functions.length + 1 },
      });
      expect([...first.packets]).toEqual([1, 2]);
      expect([...second.packets]).toEqual([1, 2, 3]);
      expect(second.functions).toEqual(functions);
      expect(first.summary).toMatchObject({ end: 'trigger', delivered: first.trigger.events });
      expect(summary.dumps).toEqual([first.trigger, second.trigger]);
      const why = HAS_REASONS ? ' (NO_SOCKET)' : '';
      expect(stderr).toContain(`${FILE}: ${first.trigger.events} events around drop of packet #2${why}\n`);
    });

    it.runIf(HAS_REASONS)('looks only for the reason that was named', async () => {
      const running = await recording('--trigger', 'drop:skb_drop_reason_no_socket', '--trigger-count', '1');
      sendToNobody();
      expect((await running.ended).code).toBe(0);
      expect(shown(FILE).trigger).toMatchObject({ packet: 1, reason: 'NO_SOCKET' });
      const other = await recording('--trigger', 'drop:TCP_CSUM');
      sendToNobody();
      const { stderr } = await other.end();
      expect(stderr).not.toContain('events around');
    });

    it('writes when a packet has not ended in time, though nothing happens', async () => {
      const running = await recording('--trigger', 'age>300ms', '--trigger-count', '1');
      await ping(MARK);
      await whileUnread(MARK, 1, async () => {
        expect((await running.ended).code).toBe(0);
      });
      const { trigger, functions } = shown(FILE);
      expect(trigger).toMatchObject({ trigger: 'age>300ms', packet: 2, further: 0 });
      expect(functions).toHaveLength(trigger.events);
      expect(functions.at(-1)).not.toMatch(/^tp:(consume|kfree)_skb$/);
    });

    it('writes where a condition holds, and records what it reads', async () => {
      const where = 'where:skb->pkt_type == 0 && skb->len > 20';
      const running = await recording('--trigger', where, '--trigger-count', '1', '-r', 'receive_skb|queue');
      await ping(MARK);
      expect((await running.ended).code).toBe(0);
      expect(shown(FILE).trigger).toMatchObject({ trigger: where, packet: 1 });
      expect(show(FILE, '-f', 'skb->pkt_type', '-o', 'stream').stdout).toMatch(/pkt_type: 0/);
    });

    it('writes at SIGUSR2, and what the trace has at its end', async () => {
      const running = await recording();
      await ping(MARK);
      running.child.kill('SIGUSR2');
      await running.says(`${FILE}: `);
      await ping(MARK);
      running.child.kill('SIGUSR2');
      await until('the second file', () => existsSync(`${FILE}.1`));
      const { code } = await running.end('SIGINT');
      expect(code).toBe(0);
      expect(shown(FILE)).toMatchObject({
        trigger: { trigger: 'SIGUSR2', packet: null },
        packets: new Set([1]),
      });
      expect(shown(`${FILE}.1`)).toMatchObject({ summary: { end: 'signal' }, packets: new Set([1, 2]) });
    });

    it('without a ring, SIGUSR2 ends no trace', async () => {
      const running = new IpftProcess(['-b', 'tracepoint', '-m', `${MARK}`]);
      await running.says('Trace ready!');
      running.child.kill('SIGUSR2');
      await running.says('SIGUSR2: no events are kept that it would write');
      expect((await running.end()).code).toBe(0);
    });

    it('names drop reasons that are like one that the kernel does not have', async () => {
      const { code, stderr } = await ipftProcess([...ARGS, '--ring', '8MB', '--trigger', 'drop:NO_SOKET']);
      expect(code).toBe(HAS_REASONS ? 2 : 4);
      if (HAS_REASONS)
        expect(stderr).toMatch(
          /no such drop reason; the nearest .*NO_SOCKET.*\nTry: --trigger drop:NO_SOCKET/,
        );
    });

    it.each([
      ['skb->no_such', 4, /no_such/],
      ['skb->dev->name == 1', 2, /^ipft: --trigger where: skb->dev->name is not a number/m],
    ])('refuses a condition: %s', async (condition, code, message) => {
      const ended = await ipftProcess([...ARGS, '--ring', '8MB', '--trigger', `where:${condition}`]);
      expect(ended).toMatchObject({ code, stderr: expect.stringMatching(message) as string });
    });
  },
);
