// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "xdp/devices.h"

#include "support/unique_fd.h"
#include "xdp/net_namespaces.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include <cerrno>
#include <map>
#include <optional>
#include <system_error>
#include <thread>

namespace ipft {
namespace {

using ProgramNames = std::map<uint32_t, std::string>;

// Names of all loaded XDP programs by id; nullopt if the kernel does not list them (CAP_SYS_ADMIN).
std::optional<ProgramNames> xdp_programs() {
  ProgramNames names;
  uint32_t id = 0;
  while (bpf_prog_get_next_id(id, &id) == 0) {
    UniqueFd program(bpf_prog_get_fd_by_id(id));
    bpf_prog_info info = {};
    __u32 size = sizeof(info);
    if (!program) {
      if (errno == EPERM)
        return std::nullopt;
      continue; // it was unloaded meanwhile
    }
    if (bpf_obj_get_info_by_fd(program.get(), &info, &size) == 0 && info.type == BPF_PROG_TYPE_XDP)
      names[id] = info.name;
  }
  if (errno != ENOENT)
    return std::nullopt;
  return names;
}

uint64_t own_netns() {
  struct stat info = {};
  return stat("/proc/self/ns/net", &info) == 0 ? info.st_ino : 0;
}

// Visits network namespaces, in a thread of its own, since setns() affects the calling thread.
class Visitor {
public:
  Visitor(ProgramNames names, XdpDevices &into) : names_(std::move(names)), own_(own_netns()), into_(into) {}

  void visit(const std::vector<NetNamespace> &namespaces) {
    visit_links(own_); // which needs no privilege
    for (const NetNamespace &each : namespaces) {
      if (each.inode == own_)
        continue;
      UniqueFd fd(open(each.path.c_str(), O_RDONLY | O_CLOEXEC));
      struct stat info = {};
      if (!fd && errno == ENOENT)
        continue; // its last process has ended
      if (!fd || fstat(fd.get(), &info) != 0 || setns(fd.get(), CLONE_NEWNET) != 0 ||
          !visit_links(info.st_ino))
        into_.unseen++;
    }
  }

private:
  bool visit_links(uint64_t netns) {
    return for_each_xdp_attachment([&](const XdpAttachment &attachment) {
             auto name = names_.find(attachment.program);
             into_.found.push_back(
                 {attachment, netns, netns == own_, name == names_.end() ? "" : name->second});
           }) == 0;
  }

  ProgramNames names_;
  uint64_t own_;
  XdpDevices &into_;
};

} // namespace

XdpDevices xdp_devices() {
  XdpDevices devices;
  std::optional<ProgramNames> names = xdp_programs();
  if (names && names->empty())
    return devices;
  Visitor visitor(names.value_or(ProgramNames()), devices);
  std::vector<NetNamespace> namespaces = net_namespaces();
  try {
    std::thread([&] { visitor.visit(namespaces); }).join();
  } catch (const std::system_error &) { // the limit of processes
    devices.unseen = namespaces.size();
  }
  return devices;
}

} // namespace ipft
