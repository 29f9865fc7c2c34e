import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columns } from '../../src/columns/index.js';
import { FIELD_WITNESSES } from './support/field-witnesses.js';
import { MARK, trace } from './support/ipft.js';
import { expectNothingLeft } from './support/kernel.js';
import { Members } from './support/members.js';
import { downPath, PAIR, transfer, upPath } from './support/path.js';
import { parseJson, type Event } from './support/results.js';
import { run } from './support/system.js';
import { witnessed, witnessOf, type WitnessEvent } from './support/trace-events.js';

type Row = Event & Readonly<Record<string, unknown>>;

/** What a witness says, in the form of ipft's JSON. */
type Told = (values: Readonly<Record<string, string>>, event: WitnessEvent) => unknown;

const members = new Members();
const skb = (member: string, base: string, type: string): string =>
  members.fetch('sk_buff', member, base, type);

/** name: of what struct sk_buff has, in kprobe_events' types */
const FETCHED = {
  ...{ len: 'u32', data_len: 'u32', mark: 'u32', skb_iif: 's32', priority: 'u32', csum: 'u32', hash: 'u32' },
  ...{
    queue_mapping: 'u16',
    protocol: 'x16',
    mac_header: 'u16',
    network_header: 'u16',
    transport_header: 'u16',
  },
  ...{ head: 'x64', data: 'x64', users: 's32', truesize: 'u32' },
  ...{ pkt_type: '', ip_summed: '', encapsulation: '', cloned: '' },
} as const;

/** Arguments of a probe of a function whose skb is this argument. */
function fetchArguments(base: string): string {
  const ifindex = members.fetch(
    'net_device',
    'ifindex',
    `+${members.of('sk_buff', 'dev').offset}(${base})`,
    's32',
  );
  const fetched = Object.entries(FETCHED).map(([name, type]) => `${name}=${skb(name, base, type)}`);
  return [`skb=${base}:x64`, `ifindex=${ifindex}`, 'caller=$stack0:symbol', 'comm=$comm', ...fetched].join(
    ' ',
  );
}

/** The skb is which argument of which function. */
const FUNCTIONS = { ip_rcv: '$arg1', ip_output: '$arg3', dev_hard_start_xmit: '$arg1' };
const PROBES = Object.entries(FUNCTIONS).map(
  ([name, argument]) => `p:witness/${name} ${name} ${fetchArguments(argument)}`,
);

const as =
  (name: string): Told =>
  (values) =>
    values[name] === '(fault)' ? null : Number(values[name]);
const swapped: Told = ({ protocol = '' }) =>
  Buffer.from(protocol.slice(2).padStart(4, '0'), 'hex').readUInt16LE();

/** By the columns' names in JSON. */
const TOLD: Readonly<Record<string, Told>> = {
  packet_id: ({ skb: address }) => address,
  module: () => 'vmlinux',
  function: (_, { name }) => name,
  processor_id: (_, { cpu }) => cpu,
  iif: as('skb_iif'),
  queue: as('queue_mapping'),
  protocol: swapped,
  pkt_type: ({ pkt_type: type }) => ['host', 'broadcast', 'multicast', 'otherhost', 'outgoing'][Number(type)],
  ip_summed: ({ ip_summed: state }) => ['none', 'unnecessary', 'complete', 'partial'][Number(state)],
  headroom: ({ head = '', data = '' }) => Number(BigInt(data) - BigInt(head)),
  pid: (_, { tid }) => tid,
  tid: (_, { tid }) => tid,
  comm: ({ comm = '' }) => comm.replaceAll('"', ''),
  caller: ({ caller = '' }) => caller.replace(/\/0x\w+$/, ''),
};

/** Those that are compared in another way below. */
const OTHERWISE = ['timestamp', 'packet', 'stack', 'is_return', 'return_value', 'duration_ns'];
const KEYS = FIELD_WITNESSES['fields-kprobe']
  .map((id) => columns.get(id)?.key ?? id)
  .filter((key) => !OTHERWISE.includes(key));

const ARGS = ['-m', MARK, '-r', `^(${Object.keys(FUNCTIONS).join('|')})$`, '-o', 'json'];

async function traffic(): Promise<void> {
  run('ping', '-n', '-q', '-c', '2', '-i', '0.05', '-Q', '16', '-m', Number(MARK).toString(), '127.0.0.1');
  await transfer(5001, 200_000);
}

describe('fields, compared with kprobe events of the kernel', () => {
  beforeAll(() => upPath(PAIR));
  afterAll(() => downPath(PAIR));
  let events: WitnessEvent[];
  const rows: Row[][] = [];

  it('are the same at the same calls', async () => {
    const named = KEYS.filter((key) => !['packet_id', 'module', 'function', 'processor_id'].includes(key));
    const lists = [named.slice(0, 12), [...named.slice(12), 'stack']];
    events = await witnessed(
      PROBES,
      async () => {
        const traces = [];
        for (const list of lists) traces.push(await trace([...ARGS, '-f', list.join(',')]));
        await traffic();
        for (const running of traces) rows.push(parseJson((await running.end()).stdout) as Row[]);
      },
      { filter: `mark == ${Number(MARK)}`, stacks: true },
    );
    expect(rows.map((each) => each.length)).toEqual([events.length, events.length]);
    expect(new Set(events.map(({ name }) => name))).toEqual(new Set(Object.keys(FUNCTIONS)));
    const compared = new Set<string>();
    for (const row of rows.flat()) {
      const witness = witnessOf(row, events);
      const keys = KEYS.filter((key) => key in row);
      const told = keys.map((key) => [
        key,
        (TOLD[key] ?? as(key))(witness.values as Record<string, string>, witness),
      ]);
      expect(Object.fromEntries(keys.map((key) => [key, row[key]]))).toEqual(Object.fromEntries(told));
      keys.forEach((key) => compared.add(key));
    }
    expect([...compared].toSorted()).toEqual(KEYS.toSorted());
    await expectNothingLeft();
  });

  it('are not all zero', () => {
    const values = (key: string): Set<unknown> => new Set(rows.flat().map((row) => row[key]));
    for (const key of KEYS.filter((each) => !['queue', 'encapsulation'].includes(each)))
      expect(
        [...values(key)].filter((value) => value),
        key,
      ).not.toEqual([]);
  });

  it('timestamp and the order of packets', () => {
    const numbers = new Map<string, number>();
    for (const row of rows[0] ?? []) {
      const { timestamp } = witnessOf(row, events);
      expect(Math.abs(Number(row.timestamp - timestamp))).toBeLessThan(5_000_000);
      numbers.set(`${row.packet}`, row.packet);
    }
    expect([...numbers.values()]).toEqual([...numbers.keys()].map((_, i) => i + 1));
  });

  it('stack: the callers, as far as the kernel tells them', () => {
    const [, withStack = []] = rows;
    expect(withStack.length).toBeGreaterThan(0);
    for (const row of withStack) {
      const { stack, values } = witnessOf(row, events);
      const [caller = ''] = (values['caller'] ?? '').split('+');
      const from = (frames: string[]): string[] => frames.slice(frames.indexOf(caller));
      const frames = (row['stack'] as string[]).map((frame) => frame.replace(/\+0x\w+$/, ''));
      const expected = from(stack);
      expect(expected.length).toBeGreaterThan(3);
      expect(from(frames).slice(0, expected.length)).toEqual(expected);
    }
  });
});

describe('fields of returns, compared with kprobe events of the kernel', () => {
  const RULE =
    'table ip witness { chain output { type filter hook output priority 0; udp dport 6009 drop; }; }';
  beforeAll(() => void run('nft', RULE));
  afterAll(() => void run('nft', 'delete', 'table', 'ip', 'witness'));

  it('return_value, is_return and duration', async () => {
    const args = [
      '-m',
      MARK,
      '-t',
      'function_graph',
      '-r',
      '^nf_hook_slow$',
      '-o',
      'json',
      '-f',
      'return_value',
    ];
    let rows: Row[] = [];
    const events = await witnessed(
      [`p:witness/called nf_hook_slow`, `r:witness/nf_hook_slow nf_hook_slow ret=$retval:s32`],
      async () => {
        const running = await trace(args);
        const send = 'import socket,struct;s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);';
        const mark = `s.setsockopt(socket.SOL_SOCKET,36,struct.pack("I",${Number(MARK)}));`;
        run('python3', '-c', `${send}${mark}\ntry: s.sendto(b"x",("127.0.0.1",6009))\nexcept OSError: pass`);
        rows = parseJson((await running.end()).stdout) as Row[];
      },
    );
    const [call, back, ...more] = rows;
    if (call === undefined || back === undefined) throw new Error('no call with a return');
    expect([call['is_return'], call['return_value'], back['is_return'], more]).toEqual([
      false,
      null,
      true,
      [],
    ]);
    const returned = witnessOf(back, events);
    expect(back['return_value']).toBe(Number(returned.values['ret']));
    expect(back['return_value']).toBeLessThan(0);
    const called = witnessOf({ ...call, function: 'called' }, events);
    const took = Number(returned.timestamp - called.timestamp);
    expect(Math.abs(Number(back['duration_ns']) - took)).toBeLessThan(2_000_000);
    await expectNothingLeft();
  });
});
