// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proves } from '../../support/matrix.js';
import { trace } from '../../support/ipft/in-process.js';
import { AUTO, BACKENDS, expectNothingLeft } from '../../support/kernel/kernel.js';
import { parseGroups, sequence } from '../../support/ipft/results.js';
import { now, pause, readText, run, TRACEFS } from '../../support/kernel/system.js';
import { ping } from '../../support/traffic/traffic.js';
import { ipftProcess } from '../../support/ipft/process.js';
import { wholeOnlyBut } from '../../support/whole.js';

/*
 * The kernel's function tracer and ipft trace the same functions while one ping goes over lo, and must show the same
 * calls in the same order. What makes the comparison exact:
 * - `-m 0 --mask 0` matches every skb, also before ping's mark is set, and the replies.
 * - ping is alone on CPU 1: vitest, ipft and the probe-keeper run on CPU 0, and a packet stays on its CPU when it goes
 *   over lo. Only calls on CPU 1 are compared, which excludes vitest's and ipft's own communication over sockets. CPU 1
 *   has no packets before and after, so no call is recorded by only one of the two at the start or the end.
 * - One difference is correct: a function may be called without a packet (NULL), which ipft does not show. Such calls
 *   are not guessed: a kprobe event on each function in question records the argument.
 */

const WITNESS = 'witness';

const set = (file: string, value: string): void => writeFileSync(`${TRACEFS}/${file}`, value);

/** Sets the CPU affinity of this process, its threads and all processes that it starts from now on. */
const holdOn = (cpus: string): void => {
  run('taskset', '-a', '-c', '-p', cpus, process.pid.toString());
  run('taskset', '-a', '-c', '-p', cpus, process.ppid.toString());
};

interface Listed {
  readonly name: string;
  /** its symbol for kprobe_events */
  readonly symbol: string;
  /** its line in available_filter_functions */
  readonly line: string;
  readonly position: number;
}

interface Row {
  readonly name: string;
  readonly module: string;
  readonly symbol: string;
  readonly skb_position: number;
  readonly traceable: boolean;
}

async function listed(regex: string): Promise<Listed[]> {
  const { stdout } = await ipftProcess(['--list', '-o', 'json', '-r', regex]);
  return stdout
    .trimEnd()
    .split('\n')
    .slice(0, -1) // the summary
    .map((line) => JSON.parse(line) as Row)
    .filter(({ traceable }) => traceable)
    .map(({ name, module, symbol, skb_position: position }) => {
      const inKernel = module === 'vmlinux';
      const compiled = symbol.includes('+') ? name : symbol;
      return {
        ...{ name, position },
        symbol: inKernel ? symbol : `${module}:${symbol}`,
        line: inKernel ? compiled : `${compiled} [${module}]`,
      };
    });
}

/** By the numbers of the lines: for each name the kernel would walk over all functions. */
function setFilter(wanted: ReadonlySet<string>): void {
  const numbers = readText(`${TRACEFS}/available_filter_functions`)
    .split('\n')
    .flatMap((line, index) => (wanted.has(line) ? [index + 1] : []));
  set('set_ftrace_filter', '');
  for (let start = 0; start < numbers.length; start += 200)
    writeFileSync(`${TRACEFS}/set_ftrace_filter`, `${numbers.slice(start, start + 200).join(' ')}\n`, {
      flag: 'a',
    });
  const filtered = readText(`${TRACEFS}/set_ftrace_filter`).trimEnd().split('\n');
  expect(new Set(filtered)).toEqual(wanted);
}

/** `ping-99 [001] ..... 1.000001: ip_rcv <-x`, and a witness' `ping-99 [001] ..... 1.000001: w_ip_rcv: (ip_rcv+0x0/0x1) skb=0x0`. */
const CALL = /: (\w+)[\w.]*(?: \[\w+\])? <-\S+(?: \[\w+\])?$/; // without the suffix of a clone
const NULL_CALL = /: w_([\w.]+): .* skb=0x0$/;

/** The calls on CPU 1, without those whose argument is NULL according to a witness, whose line is just before or after the call's. */
function callsOnCpu1(): string[] {
  const nulls = new Map<string, number>();
  const lines = readText(`${TRACEFS}/per_cpu/cpu1/trace`).split('\n');
  const calls: string[] = [];
  expect(lines.some((line) => line.includes('LOST'))).toBe(false);
  // A witness and the tracer run one after the other for the same call, in an order that the kernel chooses: there is
  // no other call of the same function between their lines.
  const witnessFirst =
    lines.findIndex((line) => line.includes(': w_')) < lines.findIndex((line) => CALL.test(line));
  for (const line of lines) {
    const call = CALL.exec(line)?.[1];
    const none = NULL_CALL.exec(line)?.[1];
    if (none !== undefined) {
      if (witnessFirst) nulls.set(none, (nulls.get(none) ?? 0) + 1);
      else calls.splice(calls.lastIndexOf(none), 1);
    } else if (call !== undefined) {
      const pending = nulls.get(call) ?? 0;
      if (pending > 0) nulls.set(call, pending - 1);
      else calls.push(call);
    }
  }
  return calls;
}

interface Recorded {
  readonly from: bigint;
  readonly to: bigint;
  readonly calls: string[];
}

/** What the function tracer shows of one ping. */
async function recordPing(): Promise<Recorded> {
  set('trace', '');
  set('tracing_on', '1');
  const from = now();
  await ping();
  await pause(300);
  set('tracing_on', '0');
  return { from, to: now(), calls: callsOnCpu1() };
}

/** Adds a kprobe event that records the skb argument to each function that may be called with NULL. */
function placeWitnesses(functions: readonly Listed[]): void {
  for (const { name, symbol, position } of functions) {
    const definition = `p:${WITNESS}/w_${name} ${symbol} skb=$arg${position}\n`;
    writeFileSync(`${TRACEFS}/kprobe_events`, definition, { flag: 'a' });
  }
  if (functions.length > 0) set(`events/${WITNESS}/enable`, '1');
}

function removeWitnesses(): void {
  if (!readText(`${TRACEFS}/kprobe_events`).includes(`${WITNESS}/`)) return;
  set(`events/${WITNESS}/enable`, '0');
  for (const line of readText(`${TRACEFS}/kprobe_events`).split('\n')) {
    const event = /^p:(witness\/\S+)/.exec(line)?.[1];
    if (event !== undefined) writeFileSync(`${TRACEFS}/kprobe_events`, `-:${event}\n`, { flag: 'a' });
  }
}

function stopTracer(): void {
  removeWitnesses();
  set('current_tracer', 'nop');
  set('set_ftrace_filter', '');
  set('trace_clock', 'local');
  set('tracing_on', '1');
}

/** Backends that attach functions one by one get only those that IPv4 over lo may call; fentry, with its limit of 64, a part of them. */
const ONE_BY_ONE: Partial<Record<string, string>> = {
  kprobe: '^_*(ip_|icmp_|raw_|ping_|sock_|skb_|kfree_|consume_|dev_|netif_|nf_|loopback_|eth_)',
  fentry:
    '^_*(ip_(output|rcv|local|finish|send|queue)|icmp_(rcv|echo|reply)|kfree_skb|consume_skb|dev_hard|netif_rx)',
};

describe.each(BACKENDS)("the kernel's function tracer and ipft -b %s", (backend) => {
  const [skips, why] = wholeOnlyBut(AUTO, backend);
  const regex = ONE_BY_ONE[backend] ?? '.';

  beforeAll(() => holdOn('0'));
  afterAll(() => {
    stopTracer();
    holdOn('0-1');
  });

  it.skipIf(skips)(`show the same calls for a ping${why}`, async (context) => {
    proves(context, { backend, tracer: 'function', result: 'yes' });
    const functions = await listed(regex);
    setFilter(new Set(functions.map(({ line }) => line)));
    set('trace_clock', 'mono');
    set('tracing_on', '0');
    set('current_tracer', 'function');
    await ping(); // the first packet has additional calls
    const running = await trace(['-b', backend, '-m', '0', '--mask', '0', '-r', regex, '-o', 'stream']);
    const shownBetween = ({ from, to }: Recorded): string[] =>
      sequence(
        parseGroups(`===\n${running.stdout.replace(/^ *#\d+ /gm, '')}`)
          .flat()
          .filter(({ timestamp, cpu }) => timestamp >= from && timestamp <= to && cpu === 1),
      );
    const first = await recordPing();
    await pause(200);
    const shown = shownBetween(first);
    const suspects = functions.filter(
      ({ name }) =>
        first.calls.filter((call) => call === name).length > shown.filter((call) => call === name).length,
    );
    console.log(
      `${backend}: ${functions.length} functions, the tracer saw ${first.calls.length} calls, ipft ${shown.length}; ` +
        `perhaps without a packet: ${suspects.map(({ name }) => name).join(' ')}`,
    );
    placeWitnesses(suspects);
    const second = await recordPing();
    const { code, stderr } = await running.end();
    expect(second.calls).toEqual(expect.arrayContaining(['ip_output', 'ip_rcv', 'icmp_rcv']));
    expect(shownBetween(second)).toEqual(second.calls);
    expect(code).toBe(0);
    expect(stderr).toContain('warning:');
    stopTracer();
    await expectNothingLeft();
  });
});
