// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace ipft {

// Calls visit(std::string_view line) for every line of a file, which is read once in large pieces: the
// 120,000 lines of kallsyms are not copied one by one. Returns 0 or errno.
template <typename Visit> int for_each_line(const std::string &path, Visit visit) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd)
    return errno;
  std::vector<char> buffer(1 << 18);
  size_t filled = 0;
  for (;;) {
    if (filled == buffer.size())
      buffer.resize(buffer.size() * 2);
    ssize_t got = read(fd.get(), buffer.data() + filled, buffer.size() - filled);
    if (got < 0) {
      if (errno == EINTR)
        continue;
      return errno;
    }
    filled += static_cast<size_t>(got);
    const char *line = buffer.data();
    const char *end = line + filled;
    while (const char *newline = static_cast<const char *>(memchr(line, '\n', end - line))) {
      if (!visit(std::string_view(line, newline - line)))
        return 0;
      line = newline + 1;
    }
    filled = end - line;
    if (got == 0) {
      if (filled > 0)
        visit(std::string_view(line, filled));
      return 0;
    }
    memmove(buffer.data(), line, filled);
  }
}

} // namespace ipft
