# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
# datagrams.py MARK ADDRESS:PORT...: a marked datagram to each, one after the other.
import socket
import sys

SO_MARK = 36

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    sender.setsockopt(socket.SOL_SOCKET, SO_MARK, int(sys.argv[1], 0).to_bytes(4, sys.byteorder))
    for target in sys.argv[2:]:
        address, port = target.split(":")
        try:
            sender.sendto(b"x", (address, int(port)))
        except OSError:
            pass  # the answer to the one before: refused, or forbidden by a rule of the output hook
