// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/lines.h"

#include <string>
#include <string_view>

namespace ipft {

// Those lines of a file that matter, each with its newline.
struct KeptLines {
  bool known = false; // they need not be read
  std::string text;

  void add(std::string_view line) {
    if (!known)
      text.append(line).push_back('\n');
  }
};

// Visits the lines of the file, or the known ones of it. Returns 0 or errno.
template <typename Visit> int for_each_line(const std::string &path, const KeptLines &kept, Visit visit) {
  if (!kept.known)
    return for_each_line(path, visit);
  std::string_view text = kept.text;
  for (size_t end; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1))
    if (!visit(text.substr(0, end)))
      break;
  return 0;
}

} // namespace ipft
