// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/kernel_features.h"

#include "support/lines.h"
#include "support/native_error.h"
#include "support/unique_fd.h"

#include <bpf/bpf.h>

#include <cstdlib>

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
  const std::string path = "/proc/kallsyms";
  RunningKprobe result;
  // "ffffffff82a1c0e0 D current_kprobe"; symbols of modules are followed by "\t[module]".
  int error = for_each_line(path, [&](std::string_view line) {
    size_t name = line.rfind(' ') + 1;
    if (line.substr(name) == "current_kprobe")
      result.variable = strtoull(line.data(), nullptr, 16);
    else if (line.substr(name) == "__per_cpu_offset")
      result.per_cpu_offset = strtoull(line.data(), nullptr, 16);
    return result.variable == 0 || result.per_cpu_offset == 0;
  });
  if (error == 0 && (result.variable == 0 || result.per_cpu_offset == 0))
    error = ENOENT;
  if (error != 0)
    throw NativeError(error, "load", "current_kprobe in " + path);
  return result;
}

} // namespace ipft
