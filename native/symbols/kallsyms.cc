// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/kallsyms.h"

#include "support/hex.h"
#include "support/native_error.h"
#include "symbols/symbol_index.h"

#include <algorithm>

namespace ipft {
namespace {

bool has_modules(const std::vector<Function> &functions) {
  return std::any_of(functions.begin(), functions.end(),
                     [](const Function &function) { return function.module != "vmlinux"; });
}

// Aliases make one symbol appear twice.
void add_once(std::vector<Located> &located, std::string_view suffix, uint64_t address) {
  for (const Located &known : located)
    if (known.address == address && known.suffix == suffix)
      return;
  located.push_back({std::string(suffix), address});
}

} // namespace

Kallsyms read_kallsyms(const std::string &path, const std::vector<Function> &functions, KeptLines &kept) {
  Kallsyms result;
  result.located.resize(functions.size());
  SymbolIndex index(functions);
  bool modules_matter = has_modules(functions);
  bool any_address = false;
  int error = for_each_line(path, kept, [&](std::string_view line) {
    size_t space = line.find(' ');
    if (space == std::string_view::npos || line.size() < space + 4)
      return true;
    if (line.back() == ']' && !modules_matter)
      return false; // modules come last: a quarter of the lines
    if (!strchr("tTwW", line[space + 1]))
      return true;
    std::string_view text = line.substr(space + 3);
    SymbolName symbol = split_symbol(text);
    size_t place = index.find(symbol);
    if (place == SymbolIndex::npos && text != "_stext" && text != "_etext")
      return true;
    kept.add(line);
    uint64_t address = parse_hex(line.substr(0, space));
    any_address |= address != 0;
    if (place == SymbolIndex::npos)
      (text == "_stext" ? result.text.start : result.text.end) = address;
    else if (address != 0)
      add_once(result.located[place], symbol.suffix, address);
    return true;
  });
  if (error != 0)
    throw NativeError(error, "kallsyms", path);
  if (!any_address)
    throw NativeError(EACCES, "kallsyms", path + " shows no addresses");
  return result;
}

} // namespace ipft
