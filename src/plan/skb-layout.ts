// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { SkbOffsets } from '../codegen/path-reads.js';
import type { Bit, SkbLayout } from '../codegen/skb-layout.js';
import type { Addon } from '../native/types.js';
import { resolvePath } from './resolve-path.js';

/** Members of struct sock; one of them is the first after __sk_common, which one depends on the kernel. */
const BEHIND_COMMON = [
  ...['sk_rx_dst', 'sk_lock.owned', 'sk_lock.slock.rlock.raw_lock.val.counter', 'sk_drops.counter'],
  ...['sk_peek_off', 'sk_rcvlowat', 'sk_error_queue.qlen', 'sk_receive_queue.qlen'],
];

/** Offsets that generated code needs, for this kernel's struct sk_buff. */
export function skbLayout(addon: Addon): SkbLayout & SkbOffsets {
  const at = (member: string): number => resolvePath(addon, `skb->${member}`).steps[0] ?? 0;
  const bit = (member: string): Bit => {
    const { steps, bitOffset } = resolvePath(addon, `skb->${member}`);
    return { offset: (steps[0] ?? 0) + (bitOffset >> 3), mask: 1 << (bitOffset & 7) };
  };
  const step = (path: string): number => resolvePath(addon, path).steps.at(-1) ?? 0;
  const behindCommon = BEHIND_COMMON.map((member) => addon.resolvePath(`skb->sk->${member}`)).flatMap(
    (resolved) => ('error' in resolved ? [] : (resolved.steps.at(-1) ?? [])),
  );
  // packet_start() of bpf/skb_state.h reads both at once.
  if (at('mac_header') !== at('network_header') + 2)
    throw new Error('mac_header does not follow network_header');
  const hasVlanBit = !('error' in addon.resolvePath('skb->vlan_present'));
  return {
    head: at('head'),
    data: at('data'),
    tail: at('tail'),
    end: at('end'),
    len: at('len'),
    mac_header: at('mac_header'),
    network_header: at('network_header'),
    inner_network_header: at('inner_network_header'),
    vlan_proto: at('vlan_proto'),
    vlan_tci: at('vlan_tci'),
    vlan_present: hasVlanBit ? bit('vlan_present') : null,
    cast: addon.skbCast(),
    dev: at('dev'),
    sock: at('sk'),
    ipSummed: bit('ip_summed'),
    netdevTx: step('skb->dev->_tx'),
    queueDev: step('skb->dev->_tx->dev'),
    sockState: step('skb->sk->__sk_common.skc_state'),
    sockCommonEnd: behindCommon.length === 0 ? 0 : Math.min(...behindCommon),
  };
}
