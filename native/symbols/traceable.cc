// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/traceable.h"

#include "support/hex.h"
#include "support/lines.h"
#include "symbols/clones.h"
#include "symbols/symbol_index.h"

#include <algorithm>

namespace ipft {
namespace {

// The place at which ftrace traces a function: its start, or after the endbr64 there (CONFIG_X86_KERNEL_IBT).
constexpr uint64_t furthest_in = 4;

// Counts how often each function is listed, up to 255 times.
class Seen {
public:
  explicit Seen(const std::vector<Function> &functions)
      : functions_(functions), index_(functions), counts_(functions.size(), 0), lines_(functions.size(), 0) {}

  // "name" or "name [module]". Returns whether it is one of the functions.
  bool by_name(std::string_view line) {
    SymbolName symbol = split_symbol(line);
    size_t first = index_.find(symbol);
    if (first == SymbolIndex::npos)
      return false;
    lines_[first]++;
    for (size_t i = first; i < end_of_group(first); i++)
      if (is_shared(functions_[i]) || suffix_of(functions_[i]) == symbol.suffix)
        count(i);
    return true;
  }

  // "address name" or "address name [module]"
  void by_address(std::string_view line) {
    size_t space = line.find(' ');
    if (space == std::string_view::npos)
      return;
    size_t first = index_.find(split_symbol(line.substr(space + 1)));
    if (first == SymbolIndex::npos)
      return;
    uint64_t address = parse_hex(line.substr(0, space));
    for (size_t i = first; i < end_of_group(first); i++) {
      uint64_t start = functions_[i].address;
      if (start <= address && address - start <= furthest_in)
        count(i);
    }
  }

  unsigned times(size_t place) const { return counts_[place]; }

  // Functions for which the lines by name do not say which ones are meant: only some of those with this name
  // are listed, or there are more lines than functions.
  std::vector<size_t> unclear() const {
    std::vector<size_t> places;
    for (size_t first = 0; first < functions_.size(); first = end_of_group(first)) {
      size_t end = end_of_group(first);
      if (lines_[first] == end - first)
        continue;
      for (size_t i = first; i < end; i++)
        if (functions_[i].reason == Reason::none && (counts_[i] > 1 || is_shared(functions_[i])))
          places.push_back(i);
    }
    return places;
  }

private:
  static std::string_view suffix_of(const Function &function) {
    return function.symbol.empty() ? std::string_view()
                                   : std::string_view(function.symbol).substr(function.name.size());
  }

  // Functions with one name are adjacent.
  size_t end_of_group(size_t first) const {
    size_t end = first + 1;
    while (end < functions_.size() && same_function(functions_[end], functions_[first]))
      end++;
    return end;
  }

  void count(size_t place) { counts_[place] = static_cast<uint8_t>(std::min(counts_[place] + 1, 255)); }

  const std::vector<Function> &functions_;
  SymbolIndex index_;
  std::vector<uint8_t> counts_;
  std::vector<uint32_t> lines_; // by the first index of a group
};

void give(Function &function, Reason reason) {
  if (function.reason == Reason::none)
    function.reason = reason;
}

// Decides these by address, from a file that the kernel takes twice as long to generate.
void make_clear(const std::string &addresses, std::vector<Function> &functions,
                const std::vector<size_t> &unclear) {
  Seen seen(functions);
  int error = for_each_line(addresses, [&](std::string_view line) {
    seen.by_address(line);
    return true;
  });
  for (size_t place : unclear) {
    if (error != 0)
      give(functions[place], Reason::ambiguous);
    else if (seen.times(place) == 0)
      give(functions[place], Reason::not_traceable);
  }
}

} // namespace

std::string read_traceable(const std::string &tracefs, std::vector<Function> &functions, KeptLines &kept) {
  if (tracefs.empty())
    return "tracefs is not mounted: which functions can be traced is not known";
  Seen seen(functions);
  std::string names = tracefs + "/available_filter_functions";
  int error = for_each_line(names, kept, [&](std::string_view line) {
    if (seen.by_name(line))
      kept.add(line);
    return true;
  });
  if (error != 0)
    return names + " could not be read (" + strerror(error) + "): which functions can be traced is not known";
  for (size_t i = 0; i < functions.size(); i++)
    if (seen.times(i) == 0)
      give(functions[i], Reason::not_traceable);
  std::vector<size_t> unclear = seen.unclear();
  if (!unclear.empty())
    make_clear(names + "_addrs", functions, unclear);
  return "";
}

void read_blacklist(const std::string &path, std::vector<Function> &functions) {
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for_each_line(path, [&](std::string_view line) {
    size_t dash = line.find('-');
    size_t tab = line.find('\t');
    if (dash != std::string_view::npos && tab != std::string_view::npos && dash < tab)
      ranges.emplace_back(parse_hex(line.substr(0, dash)), parse_hex(line.substr(dash + 1, tab - dash - 1)));
    return true;
  });
  std::sort(ranges.begin(), ranges.end());
  for (Function &function : functions) {
    auto after = std::upper_bound(ranges.begin(), ranges.end(), std::make_pair(function.address, UINT64_MAX));
    if (function.reason == Reason::none && after != ranges.begin() &&
        function.address < std::prev(after)->second)
      function.reason = Reason::blacklisted;
  }
}

} // namespace ipft
