// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DiffReport } from '../../../src/ways/trace-comparison.js';
import type { PathsReport } from '../../../src/outputs/reports/paths.js';
import { HOME } from '../../support/home.js';
import { IPFT, IpftProcess } from '../../support/ipft/process.js';
import { MARK } from '../../support/ipft/running.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { pause, run } from '../../support/kernel/system.js';
import { downPath, type Path, transfer, upPath } from '../../support/traffic/path.js';
import { runSilently, TRAFFIC, udp } from '../../support/traffic/traffic.js';
import { IS_WHOLE, WHOLE_ONLY } from '../../support/whole.js';

const SRV6: Path = { topology: join(HOME, 'lab/net/srv6'), sender: 'host1', receiver: 'host2' };

const folder = mkdtempSync('/tmp/ipft-diff-');
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(cleanUp);

/** The capture file of a trace of all functions while `send` sends. */
async function recorded(name: string, send: () => Promise<unknown>): Promise<string> {
  const file = `${folder}/${name}.ipft`;
  const running = new IpftProcess(['record', '-m', MARK, '-w', file]);
  await running.says('Trace ready!');
  await send();
  await pause(500);
  const { code, stderr } = await running.end();
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringMatching(/ Lost: 0\b/) as string });
  // What the documentation shows.
  const kept = process.env['IPFT_RECORDINGS'];
  if (kept !== undefined) cpSync(file, `${kept}/${name}.ipft`);
  return file;
}

const said = (...args: string[]): string => run(IPFT[0] ?? '', ...IPFT.slice(1), ...args);

describe.skipIf(!IS_WHOLE)(`ipft diff${WHOLE_ONLY}`, () => {
  describe('of transfers over SRv6', () => {
    beforeAll(() => {
      upPath(SRV6);
      // Attaching takes long: a neighbour that has become stale meanwhile would be another parting, and the first.
      const setting = 'net.ipv6.neigh.veth.base_reachable_time_ms=3600000';
      run(SRV6.topology, 'exec', 'host1', 'sysctl', '-qw', setting);
    });
    afterAll(() => downPath(SRV6));

    it('names __skb_gso_segment where a device cannot segment, and the segments', async () => {
      const good = await recorded('offload', () => transfer(5031, 20_000, SRV6));
      run(SRV6.topology, 'exec', 'host1', 'ethtool', '-K', 'veth', 'tx-ipxip6-segmentation', 'off');
      const bad = await recorded('no-offload', () => transfer(5032, 20_000, SRV6));
      const {
        differ,
        ways,
        only_right: onlyBad,
      } = JSON.parse(said('diff', good, bad, '--json')) as DiffReport;
      expect(differ).toBe(true);
      const sent = ways.find(({ relation, gso }) => relation === 'clone' && gso);
      expect(sent?.parting?.right).toBe('__skb_gso_segment');
      expect(sent?.only_right).toContain('skb_segment');
      expect(onlyBad.map(({ relation }) => relation)).toContain('segment');
      expect(said('diff', good, bad)).toMatch(/first parting: after \w+ .*\| __skb_gso_segment\n/);
    });
  });

  it('of a delivered and a dropped packet names the drop', async () => {
    const file = await recorded('delivery', async () => {
      await udp({ mark: Number(MARK), count: 1, rate: 0 });
      await runSilently(TRAFFIC, ['udp', '--to', '127.0.0.1:9', '--mark', MARK, '--size', '100']);
    });
    const { roles } = JSON.parse(said('paths', file, '--json')) as PathsReport;
    const paths = roles.filter(({ relation }) => relation === 'none').flatMap((role) => role.paths);
    const numbers = [
      paths.find(({ drops }) => drops.length === 0),
      paths.find(({ drops }) => drops.length > 0),
    ];
    const [delivered, dropped] = numbers.map((path) => `${file}#${path?.examples[0]}`);
    const { ways } = JSON.parse(said('diff', delivered ?? '', dropped ?? '', '--json')) as DiffReport;
    expect(ways[0]?.left.drops).toEqual([]);
    expect(ways[0]?.right.drops).toMatchObject([{ function: expect.stringMatching(/udp/) as string }]);
    expect(ways[0]?.parting).not.toBeNull();
    expect(said('diff', delivered ?? '', dropped ?? '')).toMatch(/; dropped by \w*udp\w*: /);
  });
});
