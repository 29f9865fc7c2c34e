// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/kallsyms.h"

#include <string_view>

namespace ipft {

// True if this suffix is that of a clone without its constant arguments, or of unlikely instructions, which
// are not a function.
bool is_constprop(std::string_view suffix);
bool is_cold(std::string_view suffix);

// Number of a function's addresses whose symbol has this suffix.
size_t count_sharing(const std::vector<Located> &located, std::string_view suffix);

// True for one of several functions with the same symbol.
bool is_shared(const Function &function);

// The functions that BTF describes, one entry for each address that kallsyms has for them and their clones:
//
// - several functions with one name: each with its address, and a symbol that is unique. Their prototypes
//   agree, otherwise skb_functions() would have called the name ambiguous.
// - NAME.constprop.N: the compiler removed constant arguments. An skb that is the first parameter is still in
//   the first register, so the clone is traced under its plain name, besides the plain function and other
//   clones if they exist: a call goes through one of them. An skb at a later position may have moved.
// - NAME.isra.N, NAME.part.N and combinations: the arguments changed, or it is only a part of the function.
// - NAME.cold: not a function, but its unlikely instructions.
// Entries of one function are adjacent.
std::vector<Function> locate(const std::vector<Function> &described, const Kallsyms &kallsyms);

} // namespace ipft
