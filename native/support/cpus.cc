// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "support/cpus.h"

#include "support/lines.h"
#include "support/native_error.h"

#include <cstdlib>

namespace ipft {

// "0-3,8-11": the highest number is the last one.
size_t cpu_id_limit() {
  const char *path = "/sys/devices/system/cpu/possible";
  size_t highest = 0;
  int error = for_each_line(path, [&](std::string_view line) {
    size_t separator = line.find_last_of(",-");
    size_t start = separator == line.npos ? 0 : separator + 1;
    highest = strtoul(std::string(line.substr(start)).c_str(), nullptr, 10);
    return false;
  });
  if (error != 0)
    throw NativeError(error, "load", path);
  return highest + 1;
}

} // namespace ipft
