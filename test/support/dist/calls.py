# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
# Prints a line CALLER CALLED for each direct call or jump from one of the kernel's functions to another, by the running kernel's
# code, of x86-64 and arm64: calls.py CALLER...
import bisect, os, struct, sys

ADDRESSES = []
for line in open("/proc/kallsyms"):
    address, kind, name, *module = line.split()
    if kind in "tTwW" and not module:
        ADDRESSES.append((int(address, 16), name))
ADDRESSES.sort()
BY_ADDRESS = {}
for address, name in ADDRESSES:
    BY_ADDRESS.setdefault(address, []).append(name)
STARTS = sorted(BY_ADDRESS)

# Program headers of /proc/kcore: offset, address, size.
KCORE = os.open("/proc/kcore", os.O_RDONLY)
HEADER = os.pread(KCORE, 64, 0)
AT, COUNT = struct.unpack_from("<Q", HEADER, 32)[0], struct.unpack_from("<H", HEADER, 56)[0]
SEGMENTS = []
for index in range(COUNT):
    kind, _, offset, address, _, _, size, _ = struct.unpack("<IIQQQQQQ", os.pread(KCORE, 56, AT + 56 * index))
    if kind == 1:
        SEGMENTS.append((offset, address, size))


def code(start):
    end = STARTS[bisect.bisect_right(STARTS, start)]
    for offset, address, size in SEGMENTS:
        if address <= start < address + size:
            return os.pread(KCORE, end - start, offset + start - address)
    return b""


def targets_of_arm64(start, text):
    for at in range(0, len(text) - 3, 4):
        word = struct.unpack_from("<I", text, at)[0]
        if word >> 26 in (0b000101, 0b100101):  # b, bl
            distance = (word & 0x3FFFFFF) - ((word & 0x2000000) << 1)
            yield start + at + 4 * distance


def targets_of_x86(start, text):
    # Also what only looks like one: that a call is not there is what is asked.
    for at in range(len(text) - 4):
        if text[at] in (0xE8, 0xE9):
            yield start + at + 5 + struct.unpack_from("<i", text, at + 1)[0]


TARGETS = targets_of_arm64 if os.uname().machine == "aarch64" else targets_of_x86
for caller in sys.argv[1:]:
    for start in (address for address, name in ADDRESSES if name == caller):
        called = {name for target in TARGETS(start, code(start)) for name in BY_ADDRESS.get(target, [])}
        print(caller, caller)
        for name in sorted(called):
            print(caller, name)
