// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Tuple } from '../../../src/index.js';
import { HOME } from '../../support/home.js';
import { trace } from '../../support/ipft/in-process.js';
import { parseJson, type Event } from '../../support/ipft/results.js';
import { MARK } from '../../support/ipft/running.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { Sender, whileReady } from '../../support/kernel/pid-namespaces.js';

const COUNT = 3;
const FUNCTION = '^ip_output$';
const FIELDS = 'pid,tid,task->tgid,tuple';

interface Seen extends Event {
  readonly pid: number | null;
  readonly 'task->tgid': number;
  readonly tuple: Tuple;
}

/** Runs a command with a /proc that has the ids of the command's pid namespace. */
const OWN_PROC = ['unshare', '-m', 'bash', '-ec', 'mount -t proc proc /proc; exec "$@"', 'bash'];

/** The senders, by their pid namespaces relative to that of ipft. */
let senders: Record<'host' | 'above' | 'here' | 'below' | 'sibling', Sender>;

beforeAll(async () => {
  const mark = Number(MARK);
  const [host, above] = [await Sender.start(4001, mark), await Sender.startInNew(4002, mark)];
  const [here, sibling] = [await above.startBelow(4003, mark), await above.startBelow(4004, mark)];
  senders = { host, above, here, sibling, below: await here.startBelow(4005, mark) };
});
afterAll(async () => {
  for (const sender of ['below', 'sibling', 'here', 'above', 'host'] as const) await senders[sender].end();
});
afterEach(cleanUp);

async function sendAll(): Promise<void> {
  for (const sender of Object.values(senders)) await sender.send(COUNT);
}

/** The packets of the senders, without the ICMP errors that they cause, as no socket receives them. */
const sent = (events: readonly Seen[] = []): Seen[] =>
  events.filter(({ tuple }) => tuple.dport !== undefined);

/** The senders of the packets, and the process that ipft shows for each. */
const shown = (events: readonly Seen[]): Record<string, number | null> =>
  Object.fromEntries(
    events.map(({ tuple, pid }) => [
      Object.entries(senders).find(([, { port }]) => port === tuple.dport)?.[0] ?? `port ${tuple.dport}`,
      pid,
    ]),
  );

/** Expects the ids of the initial namespace in tid and task->tgid, in any namespace. */
function expectHostIds(events: readonly Seen[]): void {
  for (const event of events) {
    const sender = Object.values(senders).find(({ port }) => port === event.tuple.dport);
    expect([event.tid, event['task->tgid']]).toEqual([sender?.ids[0], sender?.ids[0]]);
  }
}

/** In the namespace `here`: the events of a trace with -m, then those of a trace with each `--pid ID`; and stderr. */
async function tracedBelow(
  proc: readonly string[],
  pids: readonly (number | undefined)[],
): Promise<{ seen: Seen[][]; stderr: string }> {
  const common = { function: FUNCTION, fields: FIELDS };
  const filtered = pids.map((pid) => ({ ...common, filters: { pid: String(pid) } }));
  const options = JSON.stringify([{ ...common, mark: Number(MARK) }, ...filtered]);
  const script = join(HOME, 'test/support/ipft/traces.mjs');
  const command = [...senders.here.beside, ...proc, process.execPath, script, options];
  const { result, stderr } = await whileReady(command, sendAll);
  return { seen: (JSON.parse(result) as Seen[][]).map(sent), stderr };
}

function expectIdsOfHere(all: readonly Seen[]): void {
  expect(all).toHaveLength(5 * COUNT);
  const processes = { here: 1, below: senders.below.ids[2] };
  expect(shown(all)).toEqual({ host: null, above: null, sibling: null, ...processes });
  expectHostIds(all);
}

describe('in a pid namespace two levels below the initial one, the field pid and --pid have the ids of that namespace', () => {
  it('with the /proc of that namespace', async () => {
    const { here, below, sibling } = senders;
    // The first process of each namespace has the id 1, so that the id alone does not identify it.
    expect([here.ids.at(-1), sibling.ids.at(-1), below.ids.length]).toEqual([1, 1, 4]);
    const { seen, stderr } = await tracedBelow(OWN_PROC, [1, below.ids[2]]);
    const [all = [], first = [], belowIt = []] = seen;
    expectIdsOfHere(all);
    expect(first).toHaveLength(COUNT);
    expect(shown(first)).toEqual({ here: 1 });
    expect(belowIt).toHaveLength(COUNT);
    expect(shown(belowIt)).toEqual({ below: below.ids[2] });
    expect(stderr).not.toContain('no process has this id');
  });

  it('with the /proc of the host, where another process may have the id', async () => {
    const [id] = senders.host.ids;
    const { seen, stderr } = await tracedBelow([], [id]);
    const [all = [], none] = seen;
    expectIdsOfHere(all);
    expect(none).toEqual([]);
    expect(stderr.match(/--pid \d+: no process has this id/g)).toEqual(
      Array(2).fill(`--pid ${id}: no process has this id`),
    );
  });
});

it('in the initial pid namespace, the field pid and --pid have the ids of that namespace', async () => {
  const { below } = senders;
  const fields = ['-r', FUNCTION, '-f', FIELDS, '-o', 'json'];
  const all = await trace(['-m', MARK, ...fields]);
  const one = await trace(['--pid', String(below.ids[0]), ...fields]);
  await sendAll();
  const [events = [], filtered = []] = [await all.end(), await one.end()].map(({ stdout }) =>
    sent(parseJson(stdout) as Seen[]),
  );
  const ids = Object.entries(senders).map(([name, sender]) => [name, sender.ids[0]]);
  expect(shown(events)).toEqual(Object.fromEntries(ids));
  expect(shown(filtered)).toEqual({ below: below.ids[0] });
  expect(filtered).toHaveLength(COUNT);
});
