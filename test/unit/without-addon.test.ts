// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, describe, expect, it } from 'vitest';
import { BARE_HOME } from '../support/stand-ins/build-homes.js';
import { ipft, killLeftovers } from '../support/stand-ins/process.js';

const bare = (...args: string[]) => ipft(args, { home: BARE_HOME, fakeKernel: false }).ended;

afterEach(killLeftovers);

describe('a capture file, without the addon', () => {
  const show = (...args: string[]) =>
    bare('show', 'test/unit/recordings/function.ipft', '-o', 'stream', ...args);

  it('is shown, with conditions on its packets', async () => {
    const all = await show();
    const some = await show('--where', 'skb->dev->name == "lo" && skb->pkt_type == 0');
    expect([all, some]).toMatchObject([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);
    expect(some.stdout.length).toBeGreaterThan(100);
    expect(some.stdout.length).toBeLessThan(all.stdout.length);
  });

  it('is not shown with --filter, which libpcap compiles', async () => {
    const { code, stdout, stderr } = await show('--filter', 'ip');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/the native addon was not built: .*\nTry: npm run build/);
  });
});
