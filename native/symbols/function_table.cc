// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/function_table.h"

#include "support/lines.h"
#include "support/native_error.h"
#include "symbols/kernel_btf.h"
#include "symbols/skb_functions.h"

#include <algorithm>
#include <bitset>
#include <charconv>
#include <cstring>
#include <string_view>
#include <unordered_map>

namespace ipft {
namespace {

// Function names to their places in the table. Most of the 200,000 symbols that are looked up are not in it,
// so a bit set over length and ends of the name turns nearly all of them away before anything is hashed.
class Index {
public:
  explicit Index(const std::vector<Function> &functions) {
    places_.reserve(functions.size() * 2);
    for (size_t i = 0; i < functions.size(); i++) {
      places_.emplace(functions[i].name, i);
      known_[key(functions[i].name)] = true;
    }
  }

  // The place, or npos.
  size_t find(std::string_view name) const {
    if (name.empty() || !known_[key(name)])
      return npos;
    auto found = places_.find(name);
    return found == places_.end() ? npos : found->second;
  }

  static constexpr size_t npos = SIZE_MAX;

private:
  static size_t key(std::string_view name) {
    unsigned char first = static_cast<unsigned char>(name[name.size() / 4]);
    unsigned char last = static_cast<unsigned char>(name.back());
    return (name.size() & 63) << 10 | (first & 31) << 5 | (last & 31);
  }

  std::unordered_map<std::string_view, size_t> places_;
  std::bitset<1 << 16> known_;
};

uint64_t parse_hex(std::string_view text) {
  uint64_t value = 0;
  if (text.substr(0, 2) == "0x")
    text.remove_prefix(2);
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

// "address type name", and "\t[module]" behind the name of a module's symbol. Modules come last, so the scan
// ends there: a quarter of the lines of a kernel with modules.
void read_addresses(const std::string &path, FunctionTable &table, const Index &index) {
  bool any_address = false;
  int error = for_each_line(path, [&](std::string_view line) {
    size_t space = line.find(' ');
    if (space == std::string_view::npos || line.size() < space + 4)
      return true;
    char type = line[space + 1];
    std::string_view name = line.substr(space + 3);
    if (name.back() == ']')
      return false;
    size_t place = strchr("tTwW", type) ? index.find(name) : Index::npos;
    if (place == Index::npos)
      return true;
    Function &function = table.functions[place];
    uint64_t address = parse_hex(line.substr(0, space));
    any_address |= address != 0;
    if (function.address != 0 && function.address != address)
      function.reason = Reason::ambiguous;
    function.address = address;
    return true;
  });
  if (error != 0)
    throw NativeError(error, "kallsyms", path);
  if (!any_address)
    throw NativeError(EACCES, "kallsyms", path + " shows no addresses");
}

void read_traceable(const std::string &tracefs, FunctionTable &table, const Index &index) {
  if (tracefs.empty()) {
    table.warnings.push_back("tracefs is not mounted: which functions can be traced is not known");
    return;
  }
  std::vector<uint8_t> seen(table.functions.size(), 0);
  std::string path = tracefs + "/available_filter_functions";
  int error = for_each_line(path, [&](std::string_view line) {
    if (!line.empty() && line.back() == ']')
      return false; // modules come last
    size_t place = index.find(line);
    if (place != Index::npos && seen[place] < 2)
      seen[place]++;
    return true;
  });
  if (error != 0) {
    table.warnings.push_back(path + " could not be read (" + strerror(error) +
                             "): which functions can be traced is not known");
    return;
  }
  for (size_t i = 0; i < seen.size(); i++) {
    Function &function = table.functions[i];
    if (function.reason != Reason::none)
      continue;
    if (seen[i] == 0)
      function.reason = Reason::not_traceable;
    else if (seen[i] > 1)
      function.reason = Reason::ambiguous;
  }
}

// "0xstart-0xend\tname". Absent without debugfs; then a refused probe is counted when it is attached.
void read_blacklist(const std::string &path, FunctionTable &table) {
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for_each_line(path, [&](std::string_view line) {
    size_t dash = line.find('-');
    size_t tab = line.find('\t');
    if (dash != std::string_view::npos && tab != std::string_view::npos && dash < tab)
      ranges.emplace_back(parse_hex(line.substr(0, dash)), parse_hex(line.substr(dash + 1, tab - dash - 1)));
    return true;
  });
  std::sort(ranges.begin(), ranges.end());
  for (Function &function : table.functions) {
    auto after = std::upper_bound(ranges.begin(), ranges.end(), std::make_pair(function.address, UINT64_MAX));
    if (function.reason == Reason::none && after != ranges.begin() &&
        function.address < std::prev(after)->second)
      function.reason = Reason::blacklisted;
  }
}

} // namespace

FunctionTable read_function_table(const SymbolSources &sources) {
  FunctionTable table;
  table.functions = skb_functions(kernel_btf(sources.btf), "vmlinux");
  Index index(table.functions);
  read_addresses(sources.kallsyms, table, index);
  for (Function &function : table.functions)
    if (function.address == 0 && function.reason == Reason::none)
      function.reason = Reason::no_address;
  read_traceable(sources.tracefs, table, index);
  read_blacklist(sources.blacklist, table);
  return table;
}

} // namespace ipft
