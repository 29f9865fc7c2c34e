// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/instructions.h"

#include "session/program_name.h"
#include "support/native_error.h"

#include <bpf/libbpf.h>

#include <cerrno>

namespace ipft {

Instructions loaded_instructions(const bpf_object *object, size_t number) {
  const char *name = program_name(number);
  bpf_program *program = bpf_object__find_program_by_name(object, name);
  if (!program)
    throw NativeError(ENOENT, "load", name);
  const bpf_insn *first = bpf_program__insns(program);
  return Instructions(first, first + bpf_program__insn_cnt(program));
}

// A 64-bit constant is loaded by a pair of instructions with 32 bits each.
void replace_constant(Instructions &instructions, uint64_t constant, uint64_t value) {
  bool is_loaded = false;
  for (size_t i = 0; i + 1 < instructions.size(); i++) {
    bpf_insn &low = instructions[i];
    bpf_insn &high = instructions[i + 1];
    if (low.code != (BPF_LD | BPF_IMM | BPF_DW) || low.src_reg != 0)
      continue;
    if (low.imm != static_cast<int32_t>(constant) || high.imm != static_cast<int32_t>(constant >> 32))
      continue;
    low.imm = static_cast<int32_t>(value);
    high.imm = static_cast<int32_t>(value >> 32);
    is_loaded = true;
  }
  if (!is_loaded)
    throw NativeError(EINVAL, "load", "a program without the constant that its copies replace");
}

} // namespace ipft
