// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MARK } from '../../support/ipft/running.js';
import { trace } from '../../support/ipft/in-process.js';
import { BACKENDS, expectNothingLeft } from '../../support/kernel/kernel.js';
import { downPath, PAIR, transfer, upPath } from '../../support/traffic/path.js';
import { parseGroups, parseJson, type Event } from '../../support/ipft/results.js';

const MTU = 1500;
const MEBIBYTE = 1 << 20;
const ARGS = ['-m', MARK, '-r', '^(ip_output|nf_hook_slow|dev_hard_start_xmit|tcp_v4_rcv)$'];

const lengths = (events: readonly Event[]): number[] => events.map(({ len }) => len);

/** A packet that is not a GSO packet may have a gso_type, which -o json prints; TCP of Linux 6.1 sets it on all packets. */
function checkSizes(outputs: readonly Event[]): void {
  const large = outputs.filter((event) => event.gso_size !== 0);
  const plain = outputs.filter((event) => event.gso_size === 0);
  expect(large.length).toBeGreaterThan(0);
  expect(plain.length).toBeGreaterThan(0); // SYN, at least
  expect(Math.min(...lengths(large))).toBeGreaterThan(MTU);
  expect(Math.max(...lengths(plain))).toBeLessThanOrEqual(MTU);
  expect(lengths(large).reduce((sum, len) => sum + len, 0)).toBeGreaterThan(MEBIBYTE / 2);
  expect(new Set(large.map((event) => event.gso_type))).toEqual(new Set(['tcpv4']));
  expect(Math.max(...large.map((event) => event.gso_size))).toBeLessThan(MTU);
}

describe('a TCP transfer between two namespaces, marked by iptables', () => {
  beforeAll(() => upPath(PAIR));
  afterAll(() => downPath(PAIR));

  it.each(BACKENDS)('has gso_type and gso_size for GSO packets, -b %s', async (backend) => {
    const running = await trace([...ARGS, '-b', backend, '-o', 'json']);
    await transfer(5001, MEBIBYTE);
    const { stdout, code } = await running.end();
    expect(code).toBe(0);
    checkSizes(parseJson(stdout).filter((event) => event.function === 'ip_output'));
    await expectNothingLeft();
  });

  it('shows gso_type for GSO packets, and only len for others', async () => {
    const text = await trace(ARGS);
    const json = await trace([...ARGS, '-o', 'json']);
    await transfer(5001, MEBIBYTE);
    const [{ stdout, code }, { stdout: objects }] = [await text.end(), await json.end()];
    expect(code).toBe(0);
    const lines = parseGroups(stdout)
      .flat()
      .filter((line) => line.function === 'ip_output')
      .toSorted((left, right) => Number(left.timestamp - right.timestamp));
    const outputs = parseJson(objects).filter((event) => event.function === 'ip_output');
    expect(outputs.length).toBeGreaterThan(0);
    expect(lines.map(({ fields }) => fields)).toEqual(
      outputs.map(({ len, gso_size: size }) =>
        size === 0 ? `(len: ${len})` : `(len: ${len} gso_type: tcpv4)`,
      ),
    );
  });
});
