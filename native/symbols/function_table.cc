// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/function_table.h"

#include "symbols/clones.h"
#include "symbols/kallsyms.h"
#include "symbols/known_functions.h"
#include "symbols/skb_functions.h"
#include "symbols/symbol_cache.h"
#include "symbols/traceable.h"

#include <algorithm>

namespace ipft {
namespace {

// The functions that BTF describes, the kernel's own first.
std::vector<Function> described_functions(const SymbolSources &sources, FunctionTable &table,
                                          KnownFunctions &known_elsewhere) {
  KernelBtf kernel = kernel_btf(sources.btf);
  SkbFunctions described(kernel.get());
  if (sources.only.empty())
    described.add_kernel(known_elsewhere);
  for_each_module_btf(sources.module_btf, sources.only, kernel.get(),
                      [&](const ModuleLoad &load, const btf *btf) {
                        described.add_module(btf, load.name);
                        table.modules.push_back(load);
                      });
  std::string unknown =
      sources.only.empty() ? modules_without_btf(sources.modules, table.modules) : std::string();
  if (!unknown.empty())
    table.warnings.push_back(std::move(unknown));
  table.return_types = described.take_return_types();
  return described.take();
}

// Last: what is kept of the symbols has to have all functions, as other traces may ask for them.
void leave_out_deciders(std::vector<Function> &functions, uint8_t asked) {
  functions.erase(std::remove_if(functions.begin(), functions.end(),
                                 [&](const Function &function) {
                                   return function.why != WHY_NONE && !(function.why & asked);
                                 }),
                  functions.end());
}

} // namespace

FunctionTable read_function_table(const SymbolSources &sources) {
  FunctionTable table;
  SymbolCache cache(sources);
  KnownFunctions known_elsewhere(sources.known_functions);
  std::vector<Function> described = described_functions(sources, table, known_elsewhere);
  if (described.empty() && !sources.only.empty())
    return table;
  std::vector<Function> undescribed = sources.only.empty() ? known_elsewhere.take() : std::vector<Function>();
  std::vector<Function> all = described;
  all.insert(all.end(), undescribed.begin(), undescribed.end());
  SymbolLines lines = cache.read(all);
  Kallsyms kallsyms = read_kallsyms(sources.kallsyms, all, lines.kallsyms);
  table.functions = locate(described, kallsyms);
  std::vector<Function> found = locate_known(undescribed, kallsyms, described.size());
  table.functions.insert(table.functions.end(), found.begin(), found.end());
  table.text = kallsyms.text;
  table.traceable_unknown = read_traceable(sources.tracefs, table.functions, lines.traceable);
  if (table.traceable_unknown.empty())
    cache.keep(lines, all);
  else
    table.warnings.push_back(table.traceable_unknown);
  read_blacklist(sources.blacklist, table.functions);
  judge_claims(table.functions);
  leave_out_deciders(table.functions, sources.why);
  return table;
}

} // namespace ipft
