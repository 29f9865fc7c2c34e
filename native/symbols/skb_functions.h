// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function.h"

#include <vector>

struct btf;

namespace ipft {

// Every function in `btf` that takes a `struct sk_buff *` or `struct sk_buff **`, through typedefs and
// qualifiers, with the position and register of the first such argument that a register carries (System V
// AMD64 calling convention). One entry per name; a name whose prototypes disagree is marked ambiguous.
std::vector<Function> skb_functions(const btf *btf, const std::string &module);

} // namespace ipft
