// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "attach/own_programs.h"

#include <bpf/bpf.h>

#include <cerrno>

namespace ipft {
namespace {

// One program per raw tracepoint (kernel 4.17): BPF_RAW_TRACEPOINT_OPEN needs neither tracefs nor kprobes,
// and lockdown in integrity mode allows it.
class Tracepoint : public OwnPrograms {
protected:
  // The tracepoint's name, which follows `tp:` in the function table.
  const char *tracepoint_name(const Probe &probe) const override {
    size_t colon = probe.symbol.find(':');
    return probe.symbol.c_str() + (colon == std::string::npos ? 0 : colon + 1);
  }
};

// Defined here because libbpf does not export these macros (linux/filter.h).
bpf_insn instruction(uint8_t code, uint8_t destination, uint8_t source, int32_t immediate) {
  bpf_insn result = {};
  result.code = code;
  result.dst_reg = destination & 0xf;
  result.src_reg = source & 0xf;
  result.imm = immediate;
  return result;
}

// A program that calls the helper to read kernel memory, with size 0, and returns 0. Lockdown in
// confidentiality mode refuses the helper.
std::vector<bpf_insn> reading_program() {
  return {
      instruction(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_10, 0),
      instruction(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_1, 0, -8),
      instruction(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_2, 0, 0),
      instruction(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_3, 0, 0),
      instruction(BPF_JMP | BPF_CALL, 0, 0, BPF_FUNC_probe_read_kernel),
      instruction(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0),
      instruction(BPF_JMP | BPF_EXIT, 0, 0, 0),
  };
}

// Tells whether programs on raw tracepoints can read kernel memory. The kernel looks up the tracepoint last,
// so ENOENT for one that does not exist comes from a kernel that supports everything else.
int probe(const Machine &) {
  std::vector<bpf_insn> instructions = reading_program();
  UniqueFd program(bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "ipft_probe", "GPL", instructions.data(),
                                 instructions.size(), nullptr));
  if (!program)
    return errno;
  UniqueFd link(bpf_raw_tracepoint_open("ipft_no_such_tracepoint", program.get()));
  return link || errno == ENOENT ? 0 : errno;
}

} // namespace

extern const BackendEntry tracepoint_backend = {"tracepoint", made<Tracepoint>, probe, nullptr};

} // namespace ipft
