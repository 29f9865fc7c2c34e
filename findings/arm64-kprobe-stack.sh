#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
# Linux 6.12.117 of Debian 12, for arm64 and amd64: the stack that the kernel records at a kprobe on a function's entry. Needs
# QEMU's system emulators for both, and apt; boots each kernel with busybox alone, and pings 127.0.0.1.
#
# One expects that the stack at the entry of a function names its caller, as it does on x86-64. Seen with kprobe events on ip_output,
# their stacktrace trigger and the return address as an argument:
# - amd64: the stack is ip_output, then the function that the return address is in, then that one's caller.
# - arm64: the stack is ip_output, then the caller's caller. The function that calls ip_output is in no line. At the entry its return
#   address is in the register lr alone, and the unwinder goes from the probed address to the frame pointer, which is still the
#   caller's: the first return address that it finds there is the caller's own.
#
# So a tool that looks for a caller in such a stack, or makes call graphs of stacks of kprobes, is one function short on arm64. The
# register has it. Programs that are called by the function's BPF trampoline (fentry) get whole stacks.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
version=6.12.117+deb12
cat >init <<'INIT'
#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t tracefs tracefs /sys/kernel/tracing
/bin/busybox ifconfig lo 127.0.0.1
cd /sys/kernel/tracing
case $(/bin/busybox uname -m) in aarch64) caller=%lr ;; *) caller=\$stack0 ;; esac
echo "p:seen ip_output caller=$caller:symbol" >kprobe_events
echo stacktrace >events/kprobes/seen/trigger
echo 1 >events/kprobes/seen/enable
/bin/busybox ping -c 1 127.0.0.1 >/dev/null
echo 0 >events/kprobes/seen/enable
caller=$(/bin/busybox sed -n 's/.*caller=\([a-z0-9_]*\).*/\1/p' trace | /bin/busybox head -n 1)
stack=$(/bin/busybox sed -n 's/^ => \([a-z0-9_]*\).*/\1/p' trace | /bin/busybox sed -n '/^ip_output$/,$p' | /bin/busybox head -n 3)
set -- $stack
is() { [ "$1" = "$2" ] && echo yes || echo no; }
echo "seen: begins with ip_output: $(is "$1" ip_output); next is the caller: $(is "$2" "$caller")"
/bin/busybox poweroff -f
INIT
chmod 755 init
for architecture in amd64 arm64; do
  mkdir -p "$architecture"/{apt/lists/partial,apt/archives/partial,unpacked,root/{bin,proc,sys}}
  : >"$architecture/apt/status"
  options=(-o APT::Architecture=$architecture -o APT::Architectures=$architecture -o Dir::State="$folder/$architecture/apt"
    -o Dir::State::lists="$folder/$architecture/apt/lists" -o Dir::State::status="$folder/$architecture/apt/status"
    -o Dir::Cache="$folder/$architecture/apt" -o APT::Sandbox::User=root)
  apt-get "${options[@]}" -qq update
  (cd "$architecture" && apt-get "${options[@]}" -qq download "linux-image-$version-$architecture" busybox-static)
  for package in "$architecture"/*.deb; do dpkg-deb -x "$package" "$architecture/unpacked"; done
  cp "$architecture/unpacked/bin/busybox" "$architecture/root/bin/"
  cp init "$architecture/root/"
  (cd "$architecture/root" && find . | cpio -o -H newc 2>/dev/null) >"$architecture/initrd"
  case $architecture in
    amd64) machine=(qemu-system-x86_64 -cpu max -append 'console=ttyS0 quiet') ;;
    arm64) machine=(qemu-system-aarch64 -machine virt -cpu neoverse-n1 -append 'console=ttyAMA0 quiet') ;;
  esac
  "${machine[@]}" -m 1G -nographic -no-reboot -kernel "$architecture/unpacked/boot/vmlinuz-$version-$architecture" \
    -initrd "$architecture/initrd" </dev/null | tr -d '\r' | sed -n "s/.*seen: /$architecture: /p"
done >seen
cat seen
diff seen - <<'EXPECTED'
amd64: begins with ip_output: yes; next is the caller: yes
arm64: begins with ip_output: yes; next is the caller: no
EXPECTED
