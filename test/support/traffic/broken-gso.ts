// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { run, shell } from '../kernel/system.js';
import { add, call, copy, exit, pathOf, readFirst, set, whilePinned, type Program } from './programs.js';

/*
 * GSO packets that are really broken, from a to b of lab/net/pair: by tc's actions, by BPF programs, by what a process may hand
 * to the kernel.
 */

const inA = (...command: string[]): string =>
  run('ip', 'netns', 'exec', 'ipft-a', 'python3', '-c', ...command);

const TC_ACT_PIPE = 3;
const BPF_FUNC_skb_change_tail = 38;
const BPF_FUNC_skb_adjust_room = 50;
/** Room behind the IP header; behind the MAC header. */
const [BPF_ADJ_ROOM_NET, BPF_ADJ_ROOM_MAC] = [0, 1];
const [BPF_F_ADJ_ROOM_FIXED_GSO, BPF_F_ADJ_ROOM_ENCAP_L3_IPV4] = [1, 2];

/** bpf_skb_adjust_room(); register 6 has the context. */
const adjustRoom = (bytes: number, mode: number, flags = 0): string =>
  copy(1, 6) +
  set(2, bytes) +
  set(3, mode) +
  set(4, BPF_F_ADJ_ROOM_FIXED_GSO | flags) +
  call(BPF_FUNC_skb_adjust_room);

const actionOf = (name: string, body: string): Program => ({
  name: `ipft_${name}`,
  kind: 'action',
  code: copy(6, 1) + body + set(0, TC_ACT_PIPE) + exit(),
});

/** Room for 20 bytes of options in the IP header; gso_size stays. */
const OPTIONS = actionOf('options', adjustRoom(20, BPF_ADJ_ROOM_NET));
/** Takes 20 bytes behind the IP header away. */
const HEADERLESS = actionOf('headerless', adjustRoom(-20, BPF_ADJ_ROOM_NET));
/** Puts the packet into another one, and takes it out again. */
const UNPACKED = actionOf(
  'unpacked',
  adjustRoom(20, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_ENCAP_L3_IPV4) + adjustRoom(-20, BPF_ADJ_ROOM_MAC),
);
/** Takes the last 48 bytes away. */
const TRIMMED = actionOf(
  'trimmed',
  readFirst(2, 1) + add(2, -48) + set(3, 0) + call(BPF_FUNC_skb_change_tail),
);

/** A datagram's size and that of its segments; the packet's length by its IP header. */
const sized = (bytes: number, segment = 1200) => ({ bytes, segment, length: bytes + 28 }) as const;

/** Of TCP's packet with two segments of 1,448 bytes. */
export const TCP_LENGTH = 2948;
/** Datagrams. Each packet is recognized by its length. */
export const SENT = {
  mtu: sized(10_100, 1472),
  offsets: sized(10_200),
  innerOffsets: sized(10_300),
  segments: sized(10_400),
} as const;

/** Of a packet socket's packet, with its Ethernet header. */
export const UNSUMMED_LENGTH = 14 + 20 + 20 + 3000;

/** The IP header says another length, and has its checksum right. */
const saying = (bytes: number): string =>
  `action pedit munge offset 2 u16 set ${bytes} pipe action csum ip4h`;
const acting = (program: Program): string => `action bpf object-pinned ${pathOf(program)}`;
/** tc's filter for packets of a length. */
const filter = (where: string, length: number, ...actions: string[]): string =>
  `filter add dev veth ${where} protocol ip basic match "cmp(u16 at 2 layer network eq ${length})" flowid 1:1 ${actions.join(' pipe ')}`;

/** All that happens to packets that are not cut before. */
const AT_DEVICES = {
  a: [
    'qdisc add dev veth clsact',
    filter(
      'egress',
      SENT.mtu.length,
      acting(OPTIONS),
      'action pedit munge offset 0 u8 set 0x4a',
      saying(SENT.mtu.length + 20),
    ),
    filter('egress', SENT.offsets.length, acting(HEADERLESS), saying(SENT.offsets.length - 20)),
    filter('egress', SENT.innerOffsets.length, acting(UNPACKED)),
  ],
  b: ['qdisc add dev veth clsact', filter('ingress', TCP_LENGTH, saying(1000))],
};

/** A queue that lets only segments pass (tbf), which another one then trims. */
const BEHIND_GSO = [
  'qdisc add dev veth root handle 1: tbf rate 1gbit burst 5000 limit 1mb',
  'qdisc add dev veth parent 1:1 handle 2: prio',
  filter('parent 2:', SENT.segments.segment + 28, acting(TRIMMED), saying(SENT.segments.segment + 28 - 48)),
];

const tc = (name: string, commands: readonly string[]): string =>
  shell(`tc -n ipft-${name} -batch - <<'END'\n${commands.join('\n')}\nEND`);

const DATAGRAMS = `
import json, socket, sys
for each in json.loads(sys.argv[1]):
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(17, 103, each["segment"])  # UDP_SEGMENT
    sender.connect(("10.0.0.10", 9))
    try: sender.send(bytes(each["bytes"]))
    except OSError: pass  # The kernel may refuse to cut what is broken.
`;

/** Two segments in one packet, after which the connection ends by a reset. */
const TCP = `
import struct
sender = socket.create_connection(("10.0.0.10", int(sys.argv[2])))
sender.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
sender.send(bytes(2 * 1448))
sender.close()
`;

/** A packet that is to be cut, but without a checksum to compute (VIRTIO_NET_HDR_F_NEEDS_CSUM). */
const UNSUMMED = `
tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
tap.setsockopt(263, 15, 1)  # PACKET_VNET_HDR
tap.bind(("veth", 0x0800))
GSO_TCPV4 = 1
vnet = struct.pack("BBHHHH", 0, GSO_TCPV4, 54, 1000, 0, 0)
ethernet = bytes.fromhex("020000000001 020000000002 0800")
ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 3040, 0, 0, 64, 6, 0, bytes((10, 0, 0, 1)), bytes((10, 0, 0, 10)))
tcp = struct.pack(">HHIIBBHHH", 9, 9, 0, 0, 0x50, 0x10, 100, 0, 0)
tap.send(vnet + ethernet + ip + tcp + bytes(3000))
`;

/** Sends a packet of each kind; `port`: of b, which takes a connection. */
export function breakPackets(port: number): void {
  const { segments, ...others } = SENT;
  whilePinned([OPTIONS, HEADERLESS, UNPACKED, TRIMMED], () => {
    tc('a', AT_DEVICES.a);
    tc('b', AT_DEVICES.b);
    inA(DATAGRAMS + TCP + UNSUMMED, JSON.stringify(Object.values(others)), `${port}`);
    tc('a', BEHIND_GSO);
    inA(DATAGRAMS, JSON.stringify([segments]));
  });
}

/** Takes away what breakPackets() has left at the devices. */
export function mendDevices(): void {
  tc('a', ['qdisc del dev veth root', 'qdisc del dev veth clsact']);
  tc('b', ['qdisc del dev veth clsact']);
}

/** A tap's filter runs between the kernel's last look at the device's features and the device; here it takes long, for large packets. */
const OUTPACED = `
import ctypes, fcntl, socket, struct, sys, threading, time
LENGTH, LOAD, JUMP_IF_GREATER, RETURN = 0x80, 0x20, 0x25, 0x06
PAYLOAD_OFFSET = 0xfffff000 + 52  # SKF_AD_OFF + SKF_AD_PAY_OFFSET
LARGE = [(LENGTH, 0, 0, 0), (JUMP_IF_GREATER, 1, 0, 1514), (RETURN, 0, 0, 0)]
SLOW = LARGE + 4000 * [(LOAD, 0, 0, PAYLOAD_OFFSET)] + [(RETURN, 0, 0, 0)]
QUICK = LARGE + [(RETURN, 0, 0, 100)]

def tap(code):
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    packed = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in code))
    made.setsockopt(socket.SOL_SOCKET, 26, struct.pack("HxxxxxxQ", len(code), ctypes.addressof(packed)))
    made.bind(("veth", 3))  # ETH_P_ALL
    return made

def has_any(tap):
    try:
        return len(tap.recv(100, socket.MSG_DONTWAIT)) > 0
    except BlockingIOError:
        return False

def segmentation(is_on):
    ETHTOOL_STSO, SIOCETHTOOL = 0x1f, 0x8946
    value = ctypes.create_string_buffer(struct.pack("II", ETHTOOL_STSO, is_on))
    fcntl.ioctl(control, SIOCETHTOOL, struct.pack("16sQ16x", b"veth", ctypes.addressof(value)))

control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
# What was made last gets packets first.
last = tap(QUICK)
slow = [tap(SLOW) for _ in range(int(sys.argv[2]))]
first = tap(QUICK)
connection = socket.create_connection(("10.0.0.10", int(sys.argv[1])))
for tried in range(20):
    sending = threading.Thread(target=connection.sendall, args=[bytes(20000)])
    sending.start()
    first.recv(100)
    segmentation(0)
    is_outpaced = not has_any(last)
    sending.join()
    segmentation(1)
    if is_outpaced:
        print(f"at try {tried + 1}")
        sys.exit()
    time.sleep(0.2)
    while has_any(first) or has_any(last): pass
sys.exit("the device was always quicker")
`;

/** TCP of a to b's port, while a's device stops offering segmentation of TCP; succeeds if it did so when a packet was on its way to the device. */
export const outpace = (port: number): string => inA(OUTPACED, `${port}`, '5');
