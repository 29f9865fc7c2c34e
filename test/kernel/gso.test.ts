import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MARK, trace } from './support/ipft.js';
import { BACKENDS, expectNothingLeft } from './support/kernel.js';
import { parseGroups, parseJson } from './support/results.js';
import { HOME, run, until } from './support/system.js';
import { TRAFFIC } from './support/traffic.js';

const MTU = 1500;
const PAIR = join(HOME, 'lab/net/pair');
const MARK_RULE = join(HOME, 'lab/net/mark');
const MEBIBYTE = 1 << 20;

/** 1 MiB over TCP from one namespace to the other. */
async function transfer(port: number): Promise<void> {
  const sink = spawn(PAIR, ['exec', 'b', TRAFFIC, 'tcp-sink', '--port', port.toString()], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  sink.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<number | null>((resolve) => sink.once('exit', resolve));
  await until('tcp-sink to listen', () => said.includes('listening'));
  run(PAIR, 'exec', 'a', TRAFFIC, 'tcp-send', '--to', `10.0.0.10:${port}`, '--bytes', MEBIBYTE.toString());
  expect(await ended).toBe(0);
}

describe.each(BACKENDS)('a TCP transfer between two namespaces, marked by iptables, -b %s', (backend) => {
  const args = ['-m', MARK, '-b', backend, '-r', '^(ip_output|nf_hook_slow|dev_hard_start_xmit|tcp_v4_rcv)$'];

  beforeAll(() => {
    run(PAIR, 'up');
    // iptables -t raw -A OUTPUT -p tcp -d 10.0.0.10 -j MARK --set-mark 0xdeadbeef
    run(MARK_RULE, 'up', 'ipft-a');
    expect(run(MARK_RULE, 'show', 'ipft-a')).toMatch(/MARK set 0xdeadbeef/);
  });
  afterAll(() => run(PAIR, 'down'));

  it('shows gso_type for GSO packets, and len alone for others', async () => {
    const text = await trace(args);
    const json = await trace([...args, '-o', 'json']);
    await transfer(5001);
    const [{ stdout, code }, { stdout: objects }] = [await text.end(), await json.end()];
    expect(code).toBe(0);
    const outputs = parseGroups(stdout)
      .flat()
      .filter((line) => line.function === 'ip_output');
    const fields = outputs.map((line) => /^\(len: (\d+)( gso_type: tcpv4)?\)$/.exec(line.fields));
    expect(fields).not.toContain(null);
    const gso = fields.filter((match) => match?.[2] !== undefined).map((match) => Number(match?.[1]));
    const plain = fields.filter((match) => match?.[2] === undefined).map((match) => Number(match?.[1]));
    expect(gso.length).toBeGreaterThan(0);
    expect(plain.length).toBeGreaterThan(0); // SYN, at least
    expect(Math.min(...gso)).toBeGreaterThan(MTU);
    expect(Math.max(...plain)).toBeLessThanOrEqual(MTU);
    expect(gso.reduce((sum, len) => sum + len, 0)).toBeGreaterThan(MEBIBYTE / 2);

    const events = parseJson(objects);
    const large = events.filter((event) => event.function === 'ip_output' && event.gso_size !== 0);
    expect(events.filter((event) => event.function === 'ip_output').map(({ len }) => len)).toEqual(
      outputs
        .toSorted((left, right) => Number(left.timestamp - right.timestamp))
        .map(({ fields: each }) => Number(/\d+/.exec(each)?.[0])),
    );
    expect(large.length).toBe(gso.length);
    expect(new Set(large.map((event) => event.gso_type))).toEqual(new Set(['tcpv4']));
    expect(Math.max(...large.map((event) => event.gso_size))).toBeLessThan(MTU);
    await expectNothingLeft();
  });
});
