import type { SkbOffsets } from '../codegen/paths.js';
import type { Bit, SkbLayout } from '../codegen/skb-layout.js';
import type { Addon } from '../native/types.js';
import { resolvePath } from './field-paths.js';

/** Where this kernel's struct sk_buff has what generated code looks for. */
export function skbLayout(addon: Addon): SkbLayout & SkbOffsets {
  const at = (member: string): number => resolvePath(addon, `skb->${member}`).steps[0] ?? 0;
  const bit = (member: string): Bit => {
    const { steps, bitOffset } = resolvePath(addon, `skb->${member}`);
    return { offset: (steps[0] ?? 0) + (bitOffset >> 3), mask: 1 << (bitOffset & 7) };
  };
  const step = (path: string): number => resolvePath(addon, path).steps.at(-1) ?? 0;
  // The first member behind __sk_common is another one on other kernels.
  const behindCommon = ['sk_lock', 'sk_rx_dst', 'sk_drops']
    .map((member) => addon.resolvePath(`skb->sk->${member}`))
    .map((resolved) => ('error' in resolved ? Infinity : (resolved.steps.at(-1) ?? 0)));
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
    sk: at('sk'),
    refdst: at('_skb_refdst'),
    protocol: at('protocol'),
    csum: at('csum'),
    ipSummed: bit('ip_summed'),
    netdevTx: step('skb->dev->_tx'),
    queueDev: step('skb->dev->_tx->dev'),
    sockState: step('skb->sk->__sk_common.skc_state'),
    sockCommonEnd: Math.min(...behindCommon),
  };
}
