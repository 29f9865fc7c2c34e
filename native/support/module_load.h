// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

namespace ipft {

// Folder with the BTF of modules (5.11, CONFIG_DEBUG_INFO_BTF_MODULES), in files with the modules' names.
inline constexpr const char *module_btf_folder = "/sys/kernel/btf";

// One loading of a module. If it is loaded again, its functions may be elsewhere.
struct ModuleLoad {
  std::string name;
  // Inode of its BTF file: kernfs numbers its files by a counter, so it is never reused.
  uint64_t inode = 0;
};

// Inode of a module as it is loaded now; 0: it is not loaded.
inline uint64_t module_inode(const std::string &name) {
  struct stat info = {};
  return stat((std::string(module_btf_folder) + "/" + name).c_str(), &info) == 0 ? info.st_ino : 0;
}

} // namespace ipft
