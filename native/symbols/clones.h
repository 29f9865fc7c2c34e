// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/kallsyms.h"

#include <string_view>

namespace ipft {

// Whether this is what a clone has behind its name that lacks constant arguments, or instructions that are no
// function.
bool is_constprop(std::string_view suffix);
bool is_cold(std::string_view suffix);

// How many of a function's addresses have this very symbol.
size_t count_sharing(const std::vector<Located> &located, std::string_view suffix);

// True for one of several functions with the same symbol.
bool is_shared(const Function &function);

// The functions that BTF describes, one for each address that kallsyms has for them and their clones:
//
// - several functions with one name: each has its address, and a symbol that only it has. Their prototypes
//   agree, or skb_functions() would have called the name ambiguous.
// - NAME.constprop.N: the compiler dropped constant arguments. An skb that is the first parameter is still in
//   the first register, so the clone is traced under its plain name, beside the plain function and other
//   clones if there are such: a call goes through either. An skb behind others may have moved up.
// - NAME.isra.N, NAME.part.N and mixtures: the arguments are others, or only a part of the function is there.
// - NAME.cold: no function, but where its unlikely instructions went.
// One function's stand side by side.
std::vector<Function> locate(const std::vector<Function> &described, const Kallsyms &kallsyms);

} // namespace ipft
