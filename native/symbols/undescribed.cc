// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/undescribed.h"

#include "support/lines.h"
#include "support/native_error.h"
#include "symbols/clones.h"
#include "symbols/symbol_index.h"

#include <bpf/btf.h>

#include <unordered_map>
#include <unordered_set>

namespace ipft {
namespace {

// Names of described functions by module. Copied, since a module's names are freed with its BTF.
using Described = std::unordered_map<std::string, std::unordered_set<std::string>>;

void add_functions(const btf *btf, uint32_t first_id, std::unordered_set<std::string> &names) {
  uint32_t count = btf__type_cnt(btf);
  for (uint32_t id = first_id; id < count; id++) {
    const btf_type *type = btf__type_by_id(btf, id);
    if (btf_is_func(type))
      names.emplace(btf__name_by_offset(btf, type->name_off));
  }
}

Described described_by(const SymbolSources &sources) {
  Described described;
  KernelBtf kernel = kernel_btf(sources.btf);
  add_functions(kernel.get(), 1, described["vmlinux"]);
  for_each_module_btf(sources.module_btf, sources.only, kernel.get(),
                      [&](const ModuleLoad &load, const btf *btf) {
                        add_functions(btf, btf__type_cnt(kernel.get()), described[load.name]);
                      });
  return described;
}

// True for the name by which ftrace lists code that has been removed.
bool is_placeholder(std::string_view name) {
  constexpr std::string_view prefix = "__ftrace_invalid_address_";
  return name.substr(0, prefix.size()) == prefix;
}

} // namespace

std::vector<std::string> undescribed_symbols(const SymbolSources &sources) {
  Described described = described_by(sources);
  std::vector<std::string> symbols;
  std::string path = sources.tracefs + "/available_filter_functions";
  int error = for_each_line(path, [&](std::string_view line) {
    SymbolName symbol = split_symbol(line);
    auto module = described.find(std::string(symbol.module));
    if (module == described.end() || is_cold(symbol.suffix) || is_placeholder(symbol.name))
      return true;
    if (module->second.count(std::string(symbol.name)) == 0)
      symbols.emplace_back(line);
    return true;
  });
  if (error != 0)
    throw NativeError(error, "function list", path);
  return symbols;
}

} // namespace ipft
