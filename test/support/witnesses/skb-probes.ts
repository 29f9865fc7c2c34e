// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync } from 'node:fs';
import { Members } from './members.js';
import { run } from '../kernel/system.js';
import type { TraceEvent } from './trace-events.js';

run('modprobe', 'veth');

/** The return address at a function's entry, as kprobe_events calls it. */
const CALLER = process.arch === 'arm64' ? '%lr' : '$stack0';
/** On Linux 5.10 modules have no BTF, and ipft traces none of their functions. */
export const HAS_MODULE_BTF = existsSync('/sys/kernel/btf/veth');

/**
 * Functions and which of their arguments is the skb, as kprobe_events calls it. __kfree_skb begins with a push of one byte,
 * behind which a stack is unwound wrongly.
 */
export const PROBED: Readonly<Record<string, string>> = {
  ip_output: '$arg3',
  dev_hard_start_xmit: '$arg1',
  ip_rcv: '$arg1',
  __kfree_skb: '$arg1',
  packet_rcv: '$arg1',
  ...(HAS_MODULE_BTF ? { veth_xmit: '$arg1' } : {}),
};

/** Members of struct sk_buff, and their types in kprobe_events; those of bit-fields come from BTF. */
const OF_SKB: Readonly<Record<string, string>> = {
  ...{
    len: 'u32',
    data_len: 'u32',
    mark: 'u32',
    priority: 'u32',
    hash: 'u32',
    truesize: 'u32',
    users: 's32',
  },
  ...{ queue_mapping: 'u16', skb_iif: 's32', encapsulation: '', cloned: '' },
  ...{ mac_header: 'u16', network_header: 'u16', transport_header: 'u16' },
};

/** Bytes from the start of an IPv4 header without options. */
const [PROTOCOL, UDP_PORT, UDP_DATA] = [9, 22, 28];
const UDP = '17';

/**
 * Definitions of kprobe events that fetch what an skb has, at the functions in PROBED. `protocol`, `dport` and `number`
 * are those of a datagram if its data begin with IPv4.
 */
export function skbProbes(): string[] {
  const members = new Members();
  return Object.entries(PROBED).map(([name, skb]) => {
    const device = members.at('sk_buff', 'dev', skb);
    const data = members.at('sk_buff', 'data', skb);
    return [
      `p:witness/${name} ${name} skb=${skb}:x64 caller=${CALLER}:symbol comm=$comm`,
      ...Object.entries(OF_SKB).map(
        ([member, type]) => `${member}=${members.fetch('sk_buff', member, skb, type)}`,
      ),
      `dev=${device}:x64 ifindex=${members.at('net_device', 'ifindex', device)}:s32`,
      `ifname=${members.at('net_device', 'name', device)}:string`,
      `netns=${members.netns(skb)}`,
      `protocol=+${PROTOCOL}(${data}):u8 dport=+${UDP_PORT}(${data}):x16 number=+${UDP_DATA}(${data}):u32`,
    ].join(' ');
  });
}

/** The number of the datagram to this port that is in the skb; null if there is another packet. */
export function numberIn({ values }: TraceEvent, port: number): number | null {
  const networkOrder = ((port & 0xff) << 8) | (port >> 8);
  const is = values['protocol'] === UDP && Number(values['dport']) === networkOrder;
  return is ? Number(values['number']) : null;
}
