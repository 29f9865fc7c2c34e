#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
# Linux and libbpf 1.1.2 (Debian 12): what a pop from an empty BPF map of type stack or queue does to the value. Run as root.
#
# One expects of a call that fails with ENOENT that it leaves alone what it was to fill, as a failed look-up does, and that a program
# and the system call agree. bpf-helpers(7) says only that the helper returns 0 or a negative error. Seen with Linux 6.18:
# - In a program, bpf_map_pop_elem() and bpf_map_peek_elem() fill the value with zeros when the map is empty, and return -ENOENT.
# - By the system call (BPF_MAP_LOOKUP_AND_DELETE_ELEM) the caller's value keeps what it had: the kernel copies it out only after a
#   success.
#
# So a program that puts a default into the value first, for a map of free numbers that may run out, gets 0 in its place, which is a
# number like any other. Only the result says whether there was an element.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
version=1:1.1.2-0+deb12u1
apt-get download -qq "libbpf1=$version" "libbpf-dev=$version" 2>/dev/null
for package in *.deb; do dpkg -x "$package" .; done
lib=$(dirname "$(find "$folder" -name 'libbpf.so.1')")
cat >tried.c <<'C'
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>

#define INSN(c, d, s, o, i) ((struct bpf_insn){.code = c, .dst_reg = d, .src_reg = s, .off = o, .imm = i})

/* A program that has 7 in the value, calls the helper and returns the value, or 100 if the helper did not fail. */
static int value_after(int map, int helper) {
  struct bpf_insn program[] = {
      INSN(BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, -4, 7),
      INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_10, 0, 0),
      INSN(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, -4),
      INSN(BPF_LD | BPF_IMM | BPF_DW, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, map),
      INSN(0, 0, 0, 0, 0),
      INSN(BPF_JMP | BPF_CALL, 0, 0, 0, helper),
      INSN(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 2, 0),
      INSN(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_0, BPF_REG_10, -4, 0),
      INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
      INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 100),
      INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
  };
  char packet[64] = {0};
  LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = sizeof(packet));
  int fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "pop", "GPL", program, sizeof(program) / sizeof(*program), NULL);
  if (fd < 0 || bpf_prog_test_run_opts(fd, &run) != 0)
    return -1;
  return run.retval;
}

int main(void) {
  const struct { const char *name; enum bpf_map_type type; } kinds[] = {{"stack", BPF_MAP_TYPE_STACK}, {"queue", BPF_MAP_TYPE_QUEUE}};
  for (int i = 0; i < 2; i++) {
    int map = bpf_map_create(kinds[i].type, "empty", 0, 4, 8, NULL);
    __u32 value = 7;
    printf("%s, pop in a program: 7 becomes %d\n", kinds[i].name, value_after(map, BPF_FUNC_map_pop_elem));
    printf("%s, peek in a program: 7 becomes %d\n", kinds[i].name, value_after(map, BPF_FUNC_map_peek_elem));
    int error = bpf_map_lookup_and_delete_elem(map, NULL, &value);
    printf("%s, by the system call: %s, 7 stays %u\n", kinds[i].name, error == -ENOENT ? "ENOENT" : "?", value);
  }
}
C
gcc -I usr/include -o tried tried.c -L "$lib" -Wl,-rpath,"$lib" -l:libbpf.so.1
./tried >seen
cat seen
diff seen - <<'EXPECTED'
stack, pop in a program: 7 becomes 0
stack, peek in a program: 7 becomes 0
stack, by the system call: ENOENT, 7 stays 7
queue, pop in a program: 7 becomes 0
queue, peek in a program: 7 becomes 0
queue, by the system call: ENOENT, 7 stays 7
EXPECTED
