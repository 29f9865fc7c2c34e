// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addon } from '../support/addon/addon.js';
import { FIXTURES } from '../support/home.js';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'ipft-causes-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sourcesWith(...flags: string[]) {
  const btf = join(folder, `causes${flags.join('')}.o`); // the addon reads a file once
  execFileSync('gcc', ['-gbtf', ...flags, '-c', join(FIXTURES, 'cause_sources.c'), '-o', btf]);
  return addon.readCauseSources({ btf });
}

const WITH_SKB = [
  { tracepoint: 'queue_lost', enumName: 'queue_drop_reason' },
  { tracepoint: 'queue_full', enumName: null },
  { tracepoint: 'fail_queue', enumName: null },
  { tracepoint: 'bad_unsigned', enumName: null },
];

describe('tracepoints that report why packets are dropped', () => {
  it('have an enum of reasons, or a name that reports a failure', () => {
    expect(sourcesWith('-DREASONS')).toEqual(WITH_SKB);
  });

  it('need not take the skb if kfree_skb has no reasons', () => {
    expect(sourcesWith()).toEqual([...WITH_SKB, { tracepoint: 'fail_later', enumName: null }]);
  });

  it('exist on this kernel', () => {
    const names = addon.readCauseSources().map(({ tracepoint }) => tracepoint);
    expect(names).toContain('sock_rcvqueue_full');
    expect(names).not.toContain('kfree_skb');
    console.log(names.join(' '));
  });
});
