// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "types/drop_reasons.h"

#include "types/kernel_btf.h"
#include "types/kernel_enum.h"
#include "types/module_btf.h"

#include <bpf/btf.h>

namespace ipft {
namespace {

constexpr std::string_view core = "skb_drop_reason";
constexpr std::string_view suffix = "_drop_reason";
constexpr unsigned subsystem_shift = 16; // SKB_DROP_REASON_SUBSYS_SHIFT

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_reserved(std::string_view name) {
  return name.substr(0, 2) == "__";
}

// Excludes bounds and masks, which are enumerators, too.
bool is_reason(std::string_view name) {
  return !is_reserved(name) && !ends_with(name, "_MAX") && name != "SKB_DROP_REASON_SUBSYS_MASK";
}

void collect(const btf *btf, uint32_t first_id, std::map<uint32_t, std::string> &reasons) {
  uint32_t count = btf__type_cnt(btf);
  for (uint32_t id = first_id; id < count; id++) {
    const btf_type *type = btf__type_by_id(btf, id);
    if (!btf_is_any_enum(type))
      continue;
    std::string_view enum_name = btf__name_by_offset(btf, type->name_off);
    if (!holds_drop_reasons(enum_name))
      continue;
    for (const auto &[name, value] : enum_members(btf, type)) {
      auto number = static_cast<uint32_t>(value);
      // In the enums of subsystems, values below the subsystem's range are not their own, such as zero.
      bool is_its_own = enum_name == core || number >> subsystem_shift != 0;
      if (is_its_own && is_reason(name))
        reasons.emplace(number, name);
    }
  }
}

} // namespace

// mac80211 has another enum with the same reasons, whose names begin with underscores.
bool holds_drop_reasons(std::string_view enum_name) {
  return ends_with(enum_name, suffix) && !is_reserved(enum_name);
}

std::map<uint32_t, std::string> read_drop_reasons(const std::string &kernel_btf_path,
                                                  const std::string &module_btf_folder) {
  KernelBtf kernel = kernel_btf(kernel_btf_path);
  std::map<uint32_t, std::string> reasons;
  collect(kernel.get(), 1, reasons);
  if (!reasons.empty())
    for_each_module_btf(module_btf_folder, {}, kernel.get(), [&](const ModuleLoad &, const btf *module) {
      collect(module, btf__type_cnt(kernel.get()), reasons);
    });
  return reasons;
}

} // namespace ipft
