// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

struct NetNamespace {
  uint64_t inode = 0;
  std::string path; // a file that refers to it
};

// The network namespaces of this machine, each once: those of processes, and those that are mounted where
// this process sees them, like those of `ip netns`.
std::vector<NetNamespace> net_namespaces();

} // namespace ipft
