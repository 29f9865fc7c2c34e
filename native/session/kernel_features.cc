// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/kernel_features.h"

#include "support/unique_fd.h"

#include <bpf/bpf.h>

namespace ipft {

bool has_func_ip() {
  bpf_insn call_helper[3] = {};
  call_helper[0].code = BPF_JMP | BPF_CALL;
  call_helper[0].imm = BPF_FUNC_get_func_ip;
  call_helper[1].code = BPF_ALU64 | BPF_MOV | BPF_K;
  call_helper[2].code = BPF_JMP | BPF_EXIT;
  return bool(UniqueFd(bpf_prog_load(BPF_PROG_TYPE_KPROBE, "ipft_probe", "GPL", call_helper, 3, nullptr)));
}

} // namespace ipft
