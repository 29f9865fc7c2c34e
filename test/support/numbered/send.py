# Packets of all kinds between the namespaces of lab/net/numbers, both ways. All packets of a number, and what the kernel answers to
# them, have it in the last 16 bits of their addresses, and what is sent has it in its payload, behind MAGIC.
#
# Says "ready". For each line of standard input it sends one packet of each kind, or a connection, and prints the first and the last number.
import ctypes
import os
import random
import struct
import sys
from socket import *

MAGIC = b"ipft"
PORTS = {"udp": 7100, "paged": 7101, "cut": 7102, "tcp": 7200, "closed": 7300}
SIDES = {"a": 1, "b": 2}
DEVICE = "veth"
CLONE_NEWNET = 0x40000000
UDP_CORK, UDP_SEGMENT = 1, 103
ETHERTYPES = {AF_INET: 0x0800, AF_INET6: 0x86DD}
# of RFC 3692, for experiments
PROTOCOL = 253
HOPS = 33
setdefaulttimeout(60)


def enter(name):
    with open(f"/run/netns/ipft-{name}") as namespace:
        if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), name)


def payload(number, size=16):
    return (MAGIC + struct.pack("!I", number)).ljust(size, b".")


def checksum(data):
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + bytes(len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Way:
    """From one side to the other one, by one version of IP."""

    def __init__(self, family, here, there):
        self.family, self.here, self.there = family, here, there

    def address(self, side, number):
        if self.family == AF_INET:
            return f"10.{SIDES[side]}.{number >> 8}.{number & 255}"
        return f"fd00:{SIDES[side]}::{number:x}"

    def source(self, number):
        return self.address(self.here, number)

    def to(self, number, port):
        return (self.address(self.there, number), port)

    def socket(self, number, kind, protocol=0):
        made = socket(self.family, kind, protocol)
        made.bind((self.source(number), 0))
        return made

    def datagram(self, number):
        """A whole packet of UDP, as IP has it."""
        ends = [inet_pton(self.family, self.address(side, number)) for side in (self.here, self.there)]
        data = payload(number)
        size = 8 + len(data)
        header = struct.pack("!HHHH", 40_000, PORTS["udp"], size, 0)
        pseudo = b"".join(ends) + struct.pack("!II", size, IPPROTO_UDP)
        header = header[:6] + struct.pack("!H", checksum(pseudo + header + data))
        if self.family == AF_INET6:
            return struct.pack("!IHBB", 6 << 28, size, IPPROTO_UDP, 64) + b"".join(ends) + header + data
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + size, number, 0, 64, IPPROTO_UDP, 0) + b"".join(ends)
        return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + header + data


def unconnected(way, number):
    with way.socket(number, SOCK_DGRAM) as made:
        level, option = (IPPROTO_IP, IP_TTL) if way.family == AF_INET else (IPPROTO_IPV6, IPV6_UNICAST_HOPS)
        made.setsockopt(level, option, HOPS)
        made.sendto(payload(number), way.to(number, PORTS["udp"]))


def connected(way, number):
    with way.socket(number, SOCK_DGRAM) as made:
        made.connect(way.to(number, PORTS["udp"]))
        made.send(payload(number))


def in_pieces(way, number):
    with way.socket(number, SOCK_DGRAM) as made:
        made.sendto(payload(number), MSG_MORE, way.to(number, PORTS["udp"]))
        made.sendto(b"more", way.to(number, PORTS["udp"]))


def connected_in_pieces(way, number):
    with way.socket(number, SOCK_DGRAM) as made:
        made.connect(way.to(number, PORTS["udp"]))
        made.send(payload(number), MSG_MORE)
        made.send(b"more")


def corked(way, number):
    with way.socket(number, SOCK_DGRAM) as made:
        made.setsockopt(IPPROTO_UDP, UDP_CORK, 1)
        for data in payload(number), b"more", b"and more":
            made.sendto(data, way.to(number, PORTS["udp"]))
        made.setsockopt(IPPROTO_UDP, UDP_CORK, 0)


def to_closed_port(way, number):
    with way.socket(number, SOCK_DGRAM) as made:
        made.sendto(payload(number), way.to(number, PORTS["closed"]))


def mapped(way, number):
    """IPv4 by a socket of IPv6."""
    if way.family == AF_INET6:
        return connected(way, number)
    with socket(AF_INET6, SOCK_DGRAM) as made:
        made.bind(("::ffff:" + way.source(number), 0))
        made.sendto(payload(number), ("::ffff:" + way.to(number, 0)[0], PORTS["udp"]))


def fragmented(way, number):
    with way.socket(number, SOCK_DGRAM) as made:
        made.sendto(payload(number, 4000), way.to(number, PORTS["cut"]))


def fragmented_in_pieces(way, number):
    with way.socket(number, SOCK_DGRAM) as made:
        made.sendto(payload(number, 2000), MSG_MORE, way.to(number, PORTS["cut"]))
        made.sendto(bytes(1000), way.to(number, PORTS["cut"]))


def segmented(way, number):
    """UDP that the device, or the receiver, is to cut: GSO. Its payload is in pages."""
    with way.socket(number, SOCK_DGRAM) as made:
        made.setsockopt(IPPROTO_UDP, UDP_SEGMENT, 500)
        made.sendto(payload(number, 2000), way.to(number, PORTS["paged"]))


def receive(made, size):
    while size > 0:
        size -= len(made.recv(65536))


def tcp(way, number):
    with way.socket(number, SOCK_STREAM) as client:
        client.connect(way.to(number, PORTS["tcp"]))
        with listeners[way].accept()[0] as served:
            client.sendall(payload(number))
            receive(served, 16)
            served.sendall(payload(number))
            receive(client, 16)
            client.sendall(payload(number, 20_000))  # GSO
            receive(served, 20_000)
            client.close()
            served.recv(1)


def refused(way, number):
    with way.socket(number, SOCK_STREAM) as client:
        try:
            client.connect(way.to(number, PORTS["closed"]))
        except ConnectionRefusedError:
            return
    raise OSError("somebody listens")


def echo(way, number):
    return struct.pack("!BBHHH", 8 if way.family == AF_INET else 128, 0, 0, number, number) + payload(number)


def icmp(way):
    return IPPROTO_ICMP if way.family == AF_INET else IPPROTO_ICMPV6


def ping(way, number):
    message = echo(way, number)
    if way.family == AF_INET:  # that of ICMPv6 the kernel writes
        message = message[:2] + struct.pack("!H", checksum(message)) + message[4:]
    with way.socket(number, SOCK_RAW, icmp(way)) as made:
        made.sendto(message, way.to(number, 0))
        made.recv(65536)  # what is left in the socket is freed in an interrupt, which may interrupt a tracer's program


def ping_by_datagram(way, number):
    with way.socket(number, SOCK_DGRAM, icmp(way)) as made:
        made.sendto(echo(way, number), way.to(number, 0))
        made.recv(65536)


def raw(way, number):
    with way.socket(number, SOCK_RAW, PROTOCOL) as made:
        made.sendto(payload(number), way.to(number, 0))


def raw_with_header(way, number):
    with socket(way.family, SOCK_RAW, IPPROTO_RAW) as made:
        made.sendto(way.datagram(number), way.to(number, 0))


def packet(way, number):
    ethernet = macs[way.there] + macs[way.here] + struct.pack("!H", ETHERTYPES[way.family])
    with socket(AF_PACKET, SOCK_RAW) as made:
        made.sendto(ethernet + way.datagram(number), (DEVICE, ETHERTYPES[way.family]))


def packet_without_link_header(way, number):
    with socket(AF_PACKET, SOCK_DGRAM) as made:
        made.sendto(way.datagram(number), (DEVICE, ETHERTYPES[way.family], 0, 0, macs[way.there]))


KINDS = [
    *(unconnected, connected, in_pieces, connected_in_pieces, corked, to_closed_port, mapped),
    *(fragmented, fragmented_in_pieces, segmented, tcp, refused, ping, ping_by_datagram),
    *(raw, raw_with_header, packet, packet_without_link_header),
]
WAYS = [Way(family, *ends) for family in (AF_INET, AF_INET6) for ends in ("ab", "ba")]


def listening(way, kind, port):
    made = socket(way.family, kind)
    if way.family == AF_INET6:
        made.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 1)
    made.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    made.bind(("", port))
    if kind == SOCK_STREAM:
        made.listen()
    return made


def mac_of(name):
    enter(name)
    with socket(AF_PACKET, SOCK_RAW) as made:
        made.bind((DEVICE, 0))
        return made.getsockname()[4]


def send(number, way, kind):
    enter(way.here)
    try:
        kind(way, number)
    except OSError as error:
        raise OSError(f"{kind.__name__} over {way.family.name}: {error}") from error


macs = {name: mac_of(name) for name in SIDES}
listeners, sinks = {}, []
for way in WAYS:
    enter(way.there)
    listeners[way] = listening(way, SOCK_STREAM, PORTS["tcp"])
    sinks += [listening(way, SOCK_DGRAM, PORTS[name]) for name in ("udp", "paged", "cut")]
mixed = random.Random(1)
number = 0
print("ready", flush=True)
for _ in sys.stdin:
    first = number + 1
    # So that an skb's memory is seldom that of a packet of the same kind.
    for way, kind in mixed.sample([(way, kind) for way in WAYS for kind in KINDS], len(WAYS) * len(KINDS)):
        number += 1
        send(number, way, kind)
    for sink in sinks:
        sink.setblocking(False)
        try:
            while sink.recv(65536):
                pass
        except BlockingIOError:
            pass
    print(first, number, flush=True)
