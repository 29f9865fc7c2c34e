// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "xdp/net_namespaces.h"

#include "support/lines.h"

#include <dirent.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <unordered_set>

namespace ipft {
namespace {

// The inode in `net:[4026531840]`; 0 for other texts.
uint64_t inode_of(std::string_view name) {
  constexpr std::string_view prefix = "net:[";
  if (name.substr(0, prefix.size()) != prefix)
    return 0;
  return strtoull(std::string(name.substr(prefix.size())).c_str(), nullptr, 10);
}

class Namespaces {
public:
  void add(uint64_t inode, const std::string &path) {
    if (inode != 0 && known_.insert(inode).second)
      found_.push_back({inode, path});
  }

  std::vector<NetNamespace> take() { return std::move(found_); }

private:
  std::unordered_set<uint64_t> known_;
  std::vector<NetNamespace> found_;
};

void add_of_processes(Namespaces &namespaces) {
  std::unique_ptr<DIR, int (*)(DIR *)> open(opendir("/proc"), closedir);
  while (const dirent *entry = open ? readdir(open.get()) : nullptr) {
    if (!isdigit(static_cast<unsigned char>(entry->d_name[0])))
      continue;
    std::string path = std::string("/proc/") + entry->d_name + "/ns/net";
    char name[64];
    ssize_t size = readlink(path.c_str(), name, sizeof(name));
    if (size > 0) // the process may have ended
      namespaces.add(inode_of({name, static_cast<size_t>(size)}), path);
  }
}

// Decodes the escapes of /proc/PID/mountinfo: a space is \040.
std::string unescaped(const std::string &text) {
  std::string result;
  for (size_t i = 0; i < text.size(); i++) {
    bool escaped = text[i] == '\\' && i + 3 < text.size();
    result += escaped ? static_cast<char>(strtol(text.substr(i + 1, 3).c_str(), nullptr, 8)) : text[i];
    i += escaped ? 3 : 0;
  }
  return result;
}

// Parses mountinfo (proc_pid_mountinfo(5)): `ID PARENT DEVICE ROOT MOUNTPOINT ...`, where the root of a
// mounted namespace is its name.
void add_mounted(Namespaces &namespaces) {
  for_each_line("/proc/self/mountinfo", [&](std::string_view line) {
    if (line.find(" net:[") == std::string_view::npos)
      return true;
    std::istringstream fields{std::string(line)};
    std::string id, parent, device, root, mount_point;
    fields >> id >> parent >> device >> root >> mount_point;
    namespaces.add(inode_of(root), unescaped(mount_point));
    return true;
  });
}

} // namespace

// Mounted ones take precedence, since mounts last longer than processes.
std::vector<NetNamespace> net_namespaces() {
  Namespaces namespaces;
  add_mounted(namespaces);
  add_of_processes(namespaces);
  return namespaces.take();
}

} // namespace ipft
