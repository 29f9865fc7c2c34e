// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

struct btf;

namespace ipft {

// True if all names and types that a user's BTF refers to exist, and chains of typedefs end. libbpf (before
// 1.3) checks only sizes, and code that follows types relies on the rest.
bool is_sound(const btf *btf);

} // namespace ipft
