// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <bpf/bpf.h>

#include <cstddef>
#include <cstdint>
#include <vector>

struct bpf_object;

namespace ipft {

using Instructions = std::vector<bpf_insn>;

// Those of a program (ipft.h has the numbers) as libbpf has loaded them: CO-RE relocated, with the maps' fds,
// and with the subprograms behind them. Throws NativeError if there is none.
Instructions loaded_instructions(const bpf_object *object, size_t number);

// Puts `value` in place of a constant of 64 bits, where it is first loaded. Throws NativeError if it is not.
void replace_constant(Instructions &instructions, uint64_t constant, uint64_t value);

} // namespace ipft
