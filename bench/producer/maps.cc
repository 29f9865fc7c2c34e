// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "producer.h"

#include <bpf/bpf.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

using ipft::UniqueFd;

namespace {

// The map that a descriptor of a process is, by /proc/PID/fdinfo; 0: it is none.
uint32_t map_id(const std::filesystem::path &fdinfo) {
  std::ifstream file(fdinfo);
  std::string key;
  for (uint32_t id; file >> key;)
    if (key == "map_id:" && file >> id)
      return id;
  return 0;
}

} // namespace

Maps maps_of_process(int pid) {
  Maps maps;
  for (const auto &entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fdinfo")) {
    uint32_t id = map_id(entry.path());
    UniqueFd fd(id == 0 ? -1 : bpf_map_get_fd_by_id(id));
    bpf_map_info info = {};
    uint32_t size = sizeof(info);
    if (!fd || bpf_obj_get_info_by_fd(fd.get(), &info, &size) != 0)
      continue;
    if (std::string("rings") == info.name)
      maps.rings = std::move(fd);
    else if (std::string("counters") == info.name)
      maps.counters = std::move(fd);
  }
  if (!maps.rings || !maps.counters)
    throw std::runtime_error("process " + std::to_string(pid) + " holds no maps of ipft");
  return maps;
}
