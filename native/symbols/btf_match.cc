// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/btf_match.h"

#include "support/lines.h"
#include "support/native_error.h"
#include "symbols/known_functions.h"
#include "symbols/skb_functions.h"

#include <bpf/btf.h>

#include <set>

namespace ipft {

BtfMatch match_btf(const btf *kernel, const std::string &kallsyms) {
  BtfMatch match;
  __s32 skb = btf__find_by_name_kind(kernel, "sk_buff", BTF_KIND_STRUCT);
  if (skb > 0)
    match.skb_size = btf__type_by_id(kernel, static_cast<__u32>(skb))->size;
  KnownFunctions of_others("");
  SkbFunctions described(kernel);
  described.add_kernel(of_others);
  std::set<std::string, std::less<>> names;
  for (const Function &function : described.take())
    names.insert(function.name);
  match.functions = names.size();
  int error = for_each_line(kallsyms, [&](std::string_view line) {
    SymbolName symbol = split_symbol(line.substr(std::min(line.size(), line.find(' ') + 3)));
    auto known = symbol.module == "vmlinux" ? names.find(symbol.name) : names.end();
    if (known != names.end())
      names.erase(known);
    return true;
  });
  if (error != 0)
    throw NativeError(error, "kallsyms", kallsyms);
  match.missing.assign(names.begin(), names.end());
  return match;
}

} // namespace ipft
