// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/immediates.h"

#include <elf.h>
#include <linux/bpf.h>

#include <map>

namespace ipft {
namespace {

using Values = std::map<int32_t, uint32_t>;

// `and` with all bits becomes a jump to the next instruction, which the verifier removes.
constexpr bpf_insn nothing = {BPF_JMP | BPF_JA, 0, 0, 0, 0};

constexpr bpf_insn no_call = {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0};

void replace(bpf_insn &instruction, uint32_t value) {
  instruction.imm = static_cast<int32_t>(value);
  if (instruction.code == (BPF_JMP | BPF_CALL)) {
    instruction.src_reg = BPF_PSEUDO_KFUNC_CALL;
    if (value == 0)
      instruction = no_call;
    return;
  }
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

} // namespace

std::string with_immediates(std::string image, const ipft_settings &settings) {
#define VALUE(name, placeholder) {placeholder, static_cast<uint32_t>(settings.name)},
  const Values values = {IPFT_IMMEDIATES(VALUE)};
#undef VALUE
  const auto *header = reinterpret_cast<const Elf64_Ehdr *>(image.data());
  const auto *sections = reinterpret_cast<const Elf64_Shdr *>(image.data() + header->e_shoff);
  for (size_t i = 0; i < header->e_shnum; i++) {
    if ((sections[i].sh_flags & SHF_EXECINSTR) == 0)
      continue;
    auto *instructions = reinterpret_cast<bpf_insn *>(image.data() + sections[i].sh_offset);
    for (size_t j = 0; j < sections[i].sh_size / sizeof(bpf_insn); j++) {
      auto value = has_immediate(instructions[j]) ? values.find(instructions[j].imm) : values.end();
      if (value != values.end())
        replace(instructions[j], value->second);
    }
  }
  return image;
}

} // namespace ipft
