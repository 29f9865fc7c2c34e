// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace ipft {

// True if an enum with this name holds drop reasons: `skb_drop_reason`, and those of subsystems, such as
// `qdisc_drop_reason` and, in modules, `ovs_drop_reason` and `mac80211_drop_reason`. They share one
// numbering: the subsystem is in the upper 16 bits.
bool holds_drop_reasons(std::string_view enum_name);

// All drop reasons in the BTF of the kernel and its modules, by number, with their names in BTF. Empty: this
// kernel has no drop reasons. Throws NativeError when the kernel's BTF cannot be read.
std::map<uint32_t, std::string> read_drop_reasons(const std::string &kernel_btf_path,
                                                  const std::string &module_btf_folder);

} // namespace ipft
