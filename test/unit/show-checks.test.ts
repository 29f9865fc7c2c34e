// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CheckError } from '../../src/core/errors.js';
import type { ShowOptions } from '../../src/core/options.js';
import { showCommand } from '../../src/run/show/command.js';
import { Messages } from '../../src/terminal/messages.js';
import { captureOf } from '../support/packets/captured.js';
import { GSO, GSO_TRACED, rowsOf } from '../support/packets/gso-rows.js';

const folder = mkdtempSync('/tmp/ipft-show-checks-');
const FILE = `${folder}/trace.ipft`;
const TEXT = `${folder}/text`;
afterAll(() => rmSync(folder, { recursive: true }));

const IPV4 = [0x45, 0, 5844 >> 8, 5844 & 0xff, 0, 0, 0, 0, 64, 6];
const TCP = [0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0x80];
const GEOMETRY = {
  ...{ start: 256, tail: 422, mtu: 1500, protocol: 0x0800 },
  ...{ mac_header: 256, network_header: 270, transport_header: 290 },
  ...{ csum_start: 290, csum_offset: 16, ip_summed: 3, network: IPV4, transport: TCP },
};

beforeAll(async () => {
  const whole = { at: 'dev_hard_start_xmit', geometry: GEOMETRY } as const;
  const good = { ...whole, packet: 1n, len: 5858, gsoSize: 1448, gsoSegs: 4, gsoType: GSO.TCPV4 };
  const batch = rowsOf([good, { ...good, packet: 2n, gsoSegs: 9, len: 5857 }]);
  writeFileSync(FILE, await captureOf(GSO_TRACED, [batch]));
});

/** What ipft show has written, and said. */
async function shown(options: Partial<ShowOptions>): Promise<{ text: string; said: string }> {
  let said = '';
  const base = { files: [FILE], output: 'stream', drops: false, selection: {}, failOnLoss: false };
  const messages = new Messages({ write: (text) => (said += text) });
  await showCommand({ ...base, outputFile: TEXT, ...options }, messages);
  return { text: readFileSync(TEXT, 'utf8'), said };
}

it('--check checks what was recorded, and says what it has found', async () => {
  const { text, said } = await shown({ check: ['gso'] });
  expect(text).toMatch(/^ +! .*gso_segs/m);
  expect(said).toMatch(/^[1-9]\d* violations in 2 events of GSO packets/);
  expect((await shown({})).text).not.toContain('!');
});

it('with --packet it sees only these packets', async () => {
  const { text, said } = await shown({ check: ['gso'], packets: new Set([1]) });
  expect(text).not.toContain('!');
  expect(said).toMatch(/^0 violations in 1 events of GSO packets/);
});

it('--fail-on-check makes violations an error', async () => {
  await expect(shown({ check: ['gso'], failOnCheck: true })).rejects.toThrow(CheckError);
  await shown({ check: ['gso'], failOnCheck: true, packets: new Set([1]) });
});
