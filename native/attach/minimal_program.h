// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

#include <bpf/bpf.h>

namespace ipft {

// Loads a program that returns 0, to find out what the kernel supports. `target`: BTF id of the function to
// attach to, if the type has one. If the returned fd is closed, errno says why.
inline UniqueFd load_minimal_program(bpf_prog_type type, bpf_attach_type attach_type, __u32 target = 0) {
  bpf_insn return_zero[2] = {};
  return_zero[0].code = BPF_ALU64 | BPF_MOV | BPF_K;
  return_zero[1].code = BPF_JMP | BPF_EXIT;
  LIBBPF_OPTS(bpf_prog_load_opts, options);
  options.expected_attach_type = attach_type;
  options.attach_btf_id = target;
  return UniqueFd(bpf_prog_load(type, "ipft_probe", "GPL", return_zero, 2, &options));
}

} // namespace ipft
