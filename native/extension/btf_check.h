// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

struct btf;

namespace ipft {

// Whether all names and types that a user's BTF refers to are there, and typedefs come to an end: libbpf
// (before 1.3) looks at sizes only, and what follows types takes the rest for granted.
bool is_sound(const btf *btf);

} // namespace ipft
