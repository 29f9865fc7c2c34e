// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// struct bpf_insn of pcap/bpf.h.
struct ClassicInstruction {
  uint16_t code;
  uint8_t jt, jf;
  uint32_t k;
};
static_assert(sizeof(ClassicInstruction) == 8);

struct CompiledFilter {
  std::vector<ClassicInstruction> code; // empty: see error
  std::string error;                    // what libpcap says about the expression
};

// Runs pcap_compile(3PCAP) on an expression, for packets of a link-layer header type (DLT_*). libpcap is
// loaded at the first call: ipft runs without it, and is built without its headers. Throws NativeError of
// phase `libpcap` if it is not installed.
CompiledFilter compile_filter(const std::string &expression, int link_type);

} // namespace ipft
