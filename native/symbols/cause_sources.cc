// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/cause_sources.h"

#include "symbols/prototypes.h"
#include "symbols/skb_tracepoints.h"
#include "types/btf_types.h"

#include <linux/types.h>
#include "ipft.h"

#include <bpf/btf.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace ipft {
namespace {

// True if the tracepoint's name contains a word for failures. Whether the packet is dropped is known only
// from the drop itself.
bool reports_failure(std::string_view name) {
  static const std::set<std::string_view> words = {"bad",        "drop",   "dropped", "err",     "error",
                                                   "fail",       "failed", "full",    "failure", "mismatch",
                                                   "unexpected", "wrong",  "invalid"};
  for (size_t start = 0; start < name.size();) {
    size_t end = std::min(name.find('_', start), name.size());
    if (words.count(name.substr(start, end - start)) > 0)
      return true;
    start = end + 1;
  }
  return false;
}

bool is_reason_enum(const btf *kernel, const btf_type *type) {
  constexpr std::string_view suffix = "_reason";
  if (!btf_is_any_enum(type))
    return false;
  std::string_view name = btf__name_by_offset(kernel, type->name_off);
  return name.size() > suffix.size() && name.substr(name.size() - suffix.size()) == suffix;
}

bool is_int(const btf_type *type) {
  return btf_is_int(type) && type->size == sizeof(int) && (btf_int_encoding(type) & BTF_INT_SIGNED) != 0;
}

// Finds what the tracepoint reports: an enum of reasons, else the first int.
void find_value(const btf *kernel, const btf_type *prototype, CauseSource &source) {
  for (unsigned i = 1; i < btf_vlen(prototype); i++) {
    const btf_type *type = skip_modifiers(kernel, btf_params(prototype)[i].type);
    if (type && is_reason_enum(kernel, type)) {
      source.value = i - 1;
      source.enum_name = btf__name_by_offset(kernel, type->name_off);
      return;
    }
    if (type && is_int(type) && source.value == IPFT_NO_ARGUMENT)
      source.value = i - 1;
  }
}

bool is_sock(const btf *kernel, const btf_type *type) {
  const btf_type *target = type && btf_is_ptr(type) ? skip_modifiers(kernel, type->type) : nullptr;
  return target && (btf_is_struct(target) || btf_is_fwd(target)) &&
         std::string_view(btf__name_by_offset(kernel, target->name_off)) == "sock";
}

bool has_sock(const btf *kernel, const btf_type *prototype) {
  for (unsigned i = 1; i < btf_vlen(prototype); i++)
    if (is_sock(kernel, skip_modifiers(kernel, btf_params(prototype)[i].type)))
      return true;
  return false;
}

} // namespace

std::vector<CauseSource> cause_sources(const btf *kernel) {
  std::vector<CauseSource> sources, without_skb;
  bool has_reasons = false;
  Prototypes prototypes(kernel);
  for_each_tracepoint(kernel, [&](std::string_view name, const btf_type *prototype) {
    Function function;
    CauseSource source = {std::string(name), IPFT_NO_ARGUMENT, IPFT_NO_ARGUMENT, ""};
    find_value(kernel, prototype, source);
    bool takes_skb = prototypes.describe(prototype, function, 1);
    if (name == "kfree_skb") {
      has_reasons = !source.enum_name.empty();
    } else if (takes_skb && function.reason == Reason::none && function.slot < IPFT_REGISTERS) {
      source.skb = function.position - 1U;
      if (!source.enum_name.empty() || reports_failure(name))
        sources.push_back(source);
    } else if (!takes_skb && reports_failure(name) && has_sock(kernel, prototype)) {
      without_skb.push_back(source);
    }
  });
  if (!has_reasons)
    sources.insert(sources.end(), without_skb.begin(), without_skb.end());
  return sources;
}

} // namespace ipft
