// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "keeper/read_plan.h"

#include "support/native_error.h"

#include <algorithm>
#include <cerrno>
#include <sstream>

namespace ipft {
namespace {

// More than any plan has; keeps a malformed line from allocating all memory.
constexpr size_t max_programs = 1 << 16;

} // namespace

bool read_plan(std::istream &input, Plan &plan) {
  std::string line;
  while (std::getline(input, line)) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    if (command == "attach")
      return true;
    if (command == "backend") {
      words >> plan.backend;
    } else if (command == "tracefs") {
      words >> plan.tracefs;
    } else if (command == "returns") {
      plan.returns = true;
    } else if (command == "module") {
      ModuleLoad load;
      words >> load.name >> load.inode;
      plan.modules.push_back(std::move(load));
    } else if (command == "program") {
      size_t number = 0;
      int fd = -1;
      words >> number >> fd;
      if (!words || number >= max_programs)
        throw NativeError(EINVAL, "plan", line);
      plan.programs.resize(std::max(plan.programs.size(), number + 1), not_loaded);
      plan.programs[number] = fd;
    } else if (command == "function" || command == "hidden") {
      Probe probe;
      probe.hidden = command == "hidden";
      words >> probe.id >> probe.program >> std::hex >> probe.address >> std::dec >> probe.body_offset >>
          probe.btf_id >> probe.module >> probe.symbol;
      if (!words || probe.program >= plan.programs.size())
        throw NativeError(EINVAL, "plan", line);
      plan.probes.push_back(std::move(probe));
    }
  }
  return false;
}

} // namespace ipft
