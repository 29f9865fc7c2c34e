// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/kernel_enum.h"

#include <bpf/btf.h>

#include <cstring>

namespace ipft {
namespace {

bool holds(const btf *kernel, const btf_type *type, const std::string &enumerator) {
  for (unsigned i = 0; i < btf_vlen(type); i++)
    if (strcmp(btf__name_by_offset(kernel, btf_enum(type)[i].name_off), enumerator.c_str()) == 0)
      return true;
  return false;
}

} // namespace

std::vector<std::pair<std::string, int64_t>> kernel_enum(const btf *kernel, const std::string &enumerator) {
  std::vector<std::pair<std::string, int64_t>> values;
  uint32_t count = btf__type_cnt(kernel);
  for (uint32_t id = 1; id < count; id++) {
    const btf_type *type = btf__type_by_id(kernel, id);
    if (!btf_is_enum(type) || !holds(kernel, type, enumerator))
      continue;
    for (unsigned i = 0; i < btf_vlen(type); i++) {
      const auto &value = btf_enum(type)[i];
      values.emplace_back(btf__name_by_offset(kernel, value.name_off), value.val);
    }
    break;
  }
  return values;
}

} // namespace ipft
