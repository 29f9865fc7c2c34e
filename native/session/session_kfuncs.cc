// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/session_kfuncs.h"

#include "support/native_error.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/types.h>
#include "ipft.h"

#include <cerrno>
#include <string>
#include <vector>

namespace ipft {
namespace {

int kfunc_id(const btf *kernel, const char *name) {
  int id = btf__find_by_name_kind(kernel, name, BTF_KIND_FUNC);
  if (id < 0)
    throw NativeError(-id, "load", std::string("the kfunc ") + name);
  return id;
}

// Finding a name needs a walk over all of the kernel's BTF, so the ids are cached: that BTF never changes.
int session_kfunc_id(const btf *kernel, int number) {
  static const int is_return = kfunc_id(kernel, "bpf_session_is_return");
  static const int cookie = kfunc_id(kernel, "bpf_session_cookie");
  return number == IPFT_SESSION_COOKIE ? cookie : is_return;
}

} // namespace

void resolve_session_kfuncs(bpf_program *program, const btf *kernel) {
  const bpf_insn *first = bpf_program__insns(program);
  std::vector<bpf_insn> instructions(first, first + bpf_program__insn_cnt(program));
  for (bpf_insn &instruction : instructions) {
    if (instruction.code != (BPF_JMP | BPF_CALL) || instruction.src_reg != 0)
      continue;
    if (instruction.imm != IPFT_SESSION_IS_RETURN && instruction.imm != IPFT_SESSION_COOKIE)
      continue;
    instruction.imm = session_kfunc_id(kernel, instruction.imm);
    instruction.src_reg = BPF_PSEUDO_KFUNC_CALL;
  }
  int error = bpf_program__set_insns(program, instructions.data(), instructions.size());
  if (error != 0)
    throw NativeError(-error, "load", "the session's kfuncs");
}

} // namespace ipft
