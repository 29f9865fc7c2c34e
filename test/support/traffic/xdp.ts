// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { run } from '../kernel/system.js';
import { call, exit, pathOf, set, whilePinned, type Program } from './programs.js';

/** As bpftool shows it. */
export const NAME = 'ipft_test_xdp';

const BPF_FUNC_redirect = 23;

/** Returns this for every packet. */
export const returning = (action: number): string => set(0, action) + exit();

/** Sends every packet to the device with this index. */
export const redirecting = (ifindex: number): string =>
  set(1, ifindex) + set(2, 0) + call(BPF_FUNC_redirect) + exit();

/** Puts a program at a device of a network namespace, in place of the one that is there; `mode`: as ip-link(8) has it. */
export function attachXdp(netns: string, device: string, mode: 'xdpdrv' | 'xdpgeneric', code: string): void {
  const program: Program = { name: NAME, kind: 'xdp', code };
  whilePinned(
    [program],
    () =>
      void run('ip', '-n', netns, '-force', 'link', 'set', 'dev', device, mode, 'pinned', pathOf(program)),
  );
}

export function detachXdp(netns: string, device: string, mode: 'xdpdrv' | 'xdpgeneric'): void {
  run('ip', '-n', netns, 'link', 'set', 'dev', device, mode, 'off');
}
