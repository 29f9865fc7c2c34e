// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { run } from '../kernel/system.js';
import { call, exit, pathOf, set, setMap, whilePinned, type Program } from './programs.js';

/** As bpftool shows it. */
export const NAME = 'ipft_test_xdp';

const BPF_FUNC_redirect = 23;
const BPF_FUNC_redirect_map = 51;

type Code = Pick<Program, 'code' | 'map'>;

/** Returns this for every packet. */
export const returning = (action: number): Code => ({ code: set(0, action) + exit() });

/** Sends every packet to the device with this index. */
export const redirecting = (ifindex: number): Code => ({
  code: set(1, ifindex) + set(2, 0) + call(BPF_FUNC_redirect) + exit(),
});

/** Sends every packet to CPU 0, whose queue takes 64 packets. */
export const toCpu0 = (): Code => ({
  code: setMap(1) + set(2, 0) + set(3, 0) + call(BPF_FUNC_redirect_map) + exit(),
  map: { kind: 'cpumap', value: '40000000' },
});

/** Puts a program at a device of a network namespace, in place of the one that is there; `mode`: as ip-link(8) has it. */
export function attachXdp(netns: string, device: string, mode: 'xdpdrv' | 'xdpgeneric', code: Code): void {
  const program: Program = { name: NAME, kind: 'xdp', ...code };
  whilePinned(
    [program],
    () =>
      void run('ip', '-n', netns, '-force', 'link', 'set', 'dev', device, mode, 'pinned', pathOf(program)),
  );
}

export function detachXdp(netns: string, device: string, mode: 'xdpdrv' | 'xdpgeneric'): void {
  run('ip', '-n', netns, 'link', 'set', 'dev', device, mode, 'off');
}
