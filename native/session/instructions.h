// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <bpf/bpf.h>

#include <cstddef>
#include <cstdint>
#include <vector>

struct bpf_object;

namespace ipft {

using Instructions = std::vector<bpf_insn>;

// Instructions of a program, by its number (ipft.h), as loaded by libbpf: CO-RE relocated, with the maps'
// fds, and followed by its subprograms. Throws NativeError if the program does not exist.
Instructions loaded_instructions(const bpf_object *object, size_t number);

// Replaces a 64-bit constant by `value` wherever it is loaded. Throws NativeError if it is not loaded.
void replace_constant(Instructions &instructions, uint64_t constant, uint64_t value);

} // namespace ipft
