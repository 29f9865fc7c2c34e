// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/kernel_features.h"

#include "support/kernel_symbols.h"
#include "support/native_error.h"
#include "support/unique_fd.h"

#include <bpf/bpf.h>

#include <cerrno>

namespace ipft {

bool has_func_ip() {
  bpf_insn call_helper[3] = {};
  call_helper[0].code = BPF_JMP | BPF_CALL;
  call_helper[0].imm = BPF_FUNC_get_func_ip;
  call_helper[1].code = BPF_ALU64 | BPF_MOV | BPF_K;
  call_helper[2].code = BPF_JMP | BPF_EXIT;
  return bool(UniqueFd(bpf_prog_load(BPF_PROG_TYPE_KPROBE, "ipft_probe", "GPL", call_helper, 3, nullptr)));
}

RunningKprobe running_kprobe() {
  std::map<std::string_view, uint64_t> symbols = {{"current_kprobe", 0}, {"__per_cpu_offset", 0}};
  int error = find_symbols(symbols);
  RunningKprobe result;
  result.variable = symbols["current_kprobe"];
  result.per_cpu_offset = symbols["__per_cpu_offset"];
  if (error == 0 && (result.variable == 0 || result.per_cpu_offset == 0))
    error = ENOENT;
  if (error != 0)
    throw NativeError(error, "load", "current_kprobe in /proc/kallsyms");
  return result;
}

} // namespace ipft
