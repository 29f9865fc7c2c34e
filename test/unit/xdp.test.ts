// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { Summary, XdpDrop } from '../../src/core/summary.js';
import type { Addon } from '../../src/native/types.js';
import type { XdpAttachment, XdpLoss } from '../../src/native/xdp-types.js';
import { Messages } from '../../src/terminal/messages.js';
import { Xdp } from '../../src/engine/xdp.js';

const HERE = 1;
/** No name of `ip netns` stands for it. */
const ELSEWHERE = 2;

const attachment = (ifindex: number, netns = HERE): XdpAttachment => ({
  ...{ ifname: `eth${ifindex}`, ifindex, netns, isOwnNetns: netns === HERE },
  ...{ mode: 'native', programId: 7, program: 'filter' },
});

/** Looks twice, at the start of a trace and at its end, and says what ipft says. */
function traced(
  looks: readonly XdpAttachment[][],
  { unseen = 0, losses = null }: { unseen?: number; losses?: XdpLoss[] | null } = {},
): { stderr: string; summary: Partial<Summary>; closed: number } {
  let [look, stderr, closed] = [0, '', 0];
  const addon = {
    xdpDevices: () => ({ found: looks[look++] ?? [], unseen }),
    readEnum: () => ({ names: ['XDP_ABORTED', 'XDP_DROP', 'XDP_PASS', 'XDP_TX'], values: [0, 1, 2, 3] }),
    XdpCounter: class {
      start = (): void => undefined;
      read = (): readonly XdpLoss[] => losses ?? [];
      close = (): void => void closed++;
    },
  } as unknown as Addon;
  const xdp = new Xdp(addon, new Messages({ write: (text) => (stderr += text) }), losses !== null);
  xdp.start();
  xdp.stop();
  return { stderr, summary: xdp.summary, closed };
}

const loss = (tracepoint: string, value: number, packets: number, ifindex = 3): XdpLoss => ({
  ...{ tracepoint, value, packets, ifindex, netns: ELSEWHERE },
  ifname: ifindex === 0 ? '' : `eth${ifindex}`,
});

describe('network devices with an XDP program', () => {
  it('each cause one warning, the first five by name', () => {
    const first = [1, 2, 3, 4, 5, 6].map((ifindex) => attachment(ifindex));
    const { stderr, summary } = traced([first, [...first, attachment(9, ELSEWHERE)]]);
    const warnings = stderr.split('\n').filter((line) => line.startsWith('warning:'));
    expect(warnings).toEqual([
      expect.stringMatching(
        /^warning: XDP at eth1 \(native program 7 filter\), .* and 1 more: packets that /,
      ),
      expect.stringMatching(
        /^warning: XDP was attached .*, at eth9 in network namespace 2 \(native program 7 filter\): /,
      ),
    ]);
    expect(summary.xdp_devices).toHaveLength(7);
    expect(summary.xdp_devices?.at(-1)).toEqual({
      ...{ ifname: 'eth9', ifindex: 9, netns: ELSEWHERE, mode: 'native', program_id: 7, program: 'filter' },
    });
    expect(summary.xdp_drops).toBeNull();
  });

  it('are unknown in namespaces that cannot be entered, which is reported', () => {
    const { stderr, summary } = traced([[], []], { unseen: 4 });
    expect(stderr).toContain('warning: 4 network namespaces cannot be inspected');
    expect(summary.xdp_unseen_netns).toBe(4);
  });

  it('cause no message if there are none', () => {
    expect(traced([[], []], { losses: [] })).toEqual({
      stderr: '',
      summary: { xdp_devices: [], xdp_unseen_netns: 0, xdp_drops: [] },
      closed: 1,
    });
  });
});

it("XDP's losses are reported by device and cause, the largest first", () => {
  const losses = [
    loss('xdp_exception', 0, 1),
    loss('xdp_exception', 77, 2),
    loss('xdp_redirect_err', -22, 5),
    loss('xdp_cpumap_enqueue', 0, 4, 0),
    loss('', 0, 3, 0),
  ];
  const { stderr, summary } = traced([[], []], { losses });
  expect(stderr).toBe(
    [
      'XDP: 5 packets lost at eth3 in network namespace 2: xdp_redirect_err EINVAL',
      'XDP: 4 packets lost: xdp_cpumap_enqueue',
      'XDP: 3 packets lost: causes that were too many to count separately',
      'XDP: 2 packets lost at eth3 in network namespace 2: xdp_exception action 77',
      'XDP: 1 packets lost at eth3 in network namespace 2: xdp_exception XDP_ABORTED',
      '',
    ].join('\n'),
  );
  const drops = summary.xdp_drops ?? [];
  expect(drops[1]).toEqual<XdpDrop>({
    ...{ ifname: null, ifindex: null, netns: null },
    ...{ event: 'xdp_cpumap_enqueue', cause: null, packets: 4 },
  });
  expect(drops[2]).toMatchObject({ event: null, cause: null, packets: 3 });
});
