// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "support/cpus.h"

#include "support/lines.h"
#include "support/native_error.h"

#include <cerrno>
#include <cstdlib>
#include <string>

namespace ipft {
namespace {

// Parses a list of CPUs such as "0-3,8-11".
std::vector<int> read_list(const char *path) {
  std::vector<int> cpus;
  int error = for_each_line(path, [&](std::string_view line) {
    const std::string text(line);
    const char *at = text.c_str();
    char *end = nullptr;
    do {
      long first = strtol(at, &end, 10);
      long last = *end == '-' ? strtol(end + 1, &end, 10) : first;
      for (long cpu = first; cpu <= last; cpu++)
        cpus.push_back(static_cast<int>(cpu));
      at = end + 1;
    } while (*end == ',');
    return false;
  });
  if (error != 0 || cpus.empty())
    throw NativeError(error != 0 ? error : ENODATA, "load", path);
  return cpus;
}

} // namespace

size_t cpu_id_limit() {
  return static_cast<size_t>(read_list("/sys/devices/system/cpu/possible").back()) + 1;
}

std::vector<int> online_cpus() {
  return read_list("/sys/devices/system/cpu/online");
}

} // namespace ipft
