// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/immediates.h"

#include "support/native_error.h"

#include <bpf/libbpf.h>

#include <map>
#include <vector>

namespace ipft {
namespace {

using Values = std::map<int32_t, uint32_t>;

// `and` with all bits becomes a jump to the next instruction, which the verifier removes.
constexpr bpf_insn nothing = {BPF_JMP | BPF_JA, 0, 0, 0, 0};

void replace(bpf_insn &instruction, uint32_t value) {
  instruction.imm = static_cast<int32_t>(value);
  if (BPF_CLASS(instruction.code) == BPF_JMP) // with 64 bits it would extend the sign
    instruction.code = (instruction.code & ~0x07) | BPF_JMP32;
  if (instruction.code == (BPF_ALU | BPF_AND | BPF_K) && value == UINT32_MAX)
    instruction = nothing;
}

bool has_immediate(const bpf_insn &instruction) {
  int kind = BPF_CLASS(instruction.code);
  bool computes = kind == BPF_ALU || kind == BPF_ALU64 || kind == BPF_JMP || kind == BPF_JMP32;
  return computes && BPF_SRC(instruction.code) == BPF_K;
}

void replace_in(bpf_program *program, const Values &values) {
  const bpf_insn *first = bpf_program__insns(program);
  std::vector<bpf_insn> instructions(first, first + bpf_program__insn_cnt(program));
  for (bpf_insn &instruction : instructions) {
    auto value = has_immediate(instruction) ? values.find(instruction.imm) : values.end();
    if (value != values.end())
      replace(instruction, value->second);
  }
  int error = bpf_program__set_insns(program, instructions.data(), instructions.size());
  if (error != 0)
    throw NativeError(-error, "load", "the numbers in the programs");
}

} // namespace

void replace_immediates(const bpf_object *object, const ipft_settings &settings) {
  const Values values = {{IPFT_WANTED_MARK, settings.mark},
                         {IPFT_WANTED_MASK, settings.mask},
                         {IPFT_SKB_TYPE, settings.skb_type},
                         {IPFT_WORD_TYPE, settings.word_type},
                         {IPFT_HAS_FILTER, settings.has_filter}};
  bpf_program *each;
  bpf_object__for_each_program(each, object) replace_in(each, values);
}

} // namespace ipft
