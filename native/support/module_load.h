// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

namespace ipft {

// The kernel puts a module's BTF (5.11, CONFIG_DEBUG_INFO_BTF_MODULES) there under the module's name.
inline constexpr const char *module_btf_folder = "/sys/kernel/btf";

// One time that a module was loaded. The next time, its functions may be somewhere else.
struct ModuleLoad {
  std::string name;
  // Inode of its file in the folder: kernfs numbers its files with a counter, so it is never used again.
  uint64_t inode = 0;
};

// Of the module as it is loaded now; 0: it is not.
inline uint64_t module_inode(const std::string &name) {
  struct stat info = {};
  return stat((std::string(module_btf_folder) + "/" + name).c_str(), &info) == 0 ? info.st_ino : 0;
}

} // namespace ipft
