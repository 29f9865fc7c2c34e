// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/tracepoint_programs.h"

#include "support/native_error.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>

namespace ipft {
namespace {

using Instructions = std::vector<bpf_insn>;

// The instructions as libbpf has loaded them: CO-RE relocated, with the maps' fds, and with the subprogram
// behind them.
Instructions loaded_instructions(const bpf_object *object, uint8_t slot) {
  std::string name = program_name(slot);
  bpf_program *program = bpf_object__find_program_by_name(object, name.c_str());
  if (!program)
    throw NativeError(ENOENT, "load", name);
  const bpf_insn *first = bpf_program__insns(program);
  return Instructions(first, first + bpf_program__insn_cnt(program));
}

// IPFT_TRACEPOINT_ID is loaded by a pair of instructions with 32 bits each.
void set_tracepoint_id(Instructions &instructions, uint64_t id) {
  for (size_t i = 0; i + 1 < instructions.size(); i++) {
    bpf_insn &low = instructions[i];
    bpf_insn &high = instructions[i + 1];
    if (low.code != (BPF_LD | BPF_IMM | BPF_DW) || low.src_reg != 0)
      continue;
    if (low.imm != static_cast<int32_t>(IPFT_TRACEPOINT_ID) ||
        high.imm != static_cast<int32_t>(IPFT_TRACEPOINT_ID >> 32))
      continue;
    low.imm = static_cast<int32_t>(id);
    high.imm = static_cast<int32_t>(id >> 32);
    return;
  }
  throw NativeError(EINVAL, "load", "a tracepoint's program without the place for its id");
}

} // namespace

std::vector<UniqueFd> load_tracepoint_programs(const bpf_object *object,
                                               const std::vector<TracedFunction> &tracepoints) {
  std::vector<UniqueFd> programs;
  for (const TracedFunction &tracepoint : tracepoints) {
    Instructions instructions = loaded_instructions(object, tracepoint.slot);
    set_tracepoint_id(instructions, uint64_t{tracepoint.id} + 1);
    UniqueFd program(bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "ipft_tracepoint", "GPL",
                                   instructions.data(), instructions.size(), nullptr));
    if (!program)
      throw NativeError(errno, "load", "a tracepoint's program");
    programs.push_back(std::move(program));
  }
  return programs;
}

} // namespace ipft
