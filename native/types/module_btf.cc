// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "types/module_btf.h"

#include "support/libbpf_log.h"
#include "support/lines.h"

#include <bpf/btf.h>
#include <dirent.h>

#include <algorithm>
#include <memory>

namespace ipft {

std::vector<std::string> modules_with_btf(const std::string &folder) {
  std::vector<std::string> names;
  std::unique_ptr<DIR, int (*)(DIR *)> open(opendir(folder.c_str()), closedir);
  while (const dirent *entry = open ? readdir(open.get()) : nullptr)
    if (entry->d_name[0] != '.' && std::string_view(entry->d_name) != "vmlinux")
      names.push_back(entry->d_name);
  std::sort(names.begin(), names.end());
  return names;
}

void for_each_module_btf(const std::string &folder, const std::set<std::string> &only, const btf *kernel,
                         const std::function<void(const ModuleLoad &, const btf *)> &visit) {
  LibbpfLog log;
  for (const std::string &name : modules_with_btf(folder)) {
    if (!only.empty() && only.count(name) == 0)
      continue;
    UniqueFd fd(open((folder + "/" + name).c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info = {};
    if (!fd || fstat(fd.get(), &info) != 0)
      continue;
    // By descriptor: the file to which the inode belongs, even if another one has its name now.
    std::string path = "/proc/self/fd/" + std::to_string(fd.get());
    std::unique_ptr<btf, decltype(&btf__free)> types(
        btf__parse_split(path.c_str(), const_cast<btf *>(kernel)), btf__free);
    if (types)
      visit({name, info.st_ino}, types.get());
  }
}

std::string modules_without_btf(const std::string &proc_modules, const std::vector<ModuleLoad> &known) {
  constexpr size_t shown = 3;
  std::set<std::string> with_btf;
  for (const ModuleLoad &module : known)
    with_btf.insert(module.name);
  size_t count = 0;
  std::string names;
  // If the file does not exist, the kernel has no modules.
  for_each_line(proc_modules, [&](std::string_view line) {
    std::string name(line.substr(0, line.find(' ')));
    if (with_btf.count(name) == 0 && ++count <= shown)
      names += (count == 1 ? "" : ", ") + name;
    return true;
  });
  if (count == 0)
    return "";
  return std::to_string(count) + (count == 1 ? " module has" : " modules have") + " no BTF (" + names +
         (count > shown ? ", ..." : "") + "): " + (count == 1 ? "its" : "their") + " functions are not known";
}

} // namespace ipft
