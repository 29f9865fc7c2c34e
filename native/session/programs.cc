// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/programs.h"

#include "session/bpf_objects.h"
#include "session/core_types.h"
#include "support/cpus.h"
#include "session/tracepoint_programs.h"
#include "support/libbpf_log.h"
#include "support/native_error.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/membarrier.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>
#include <set>
#include <string_view>

namespace ipft {
namespace {

// `types_path`: the BTF that CO-RE relocates against; null: the kernel's, whole.
bpf_object *open_object(std::string_view image, const char *types_path) {
  LIBBPF_OPTS(bpf_object_open_opts, options);
  options.object_name = "ipft";
  options.btf_custom_path = types_path;
  bpf_object *object = bpf_object__open_mem(image.data(), image.size(), &options);
  if (!object)
    throw NativeError(errno, "load", "the BPF object");
  return object;
}

} // namespace

Programs::Programs(const ProgramOptions &options, const btf *kernel) : object_(nullptr, bpf_object__close) {
  LibbpfLog log;
  std::string_view image =
      bpf_object_image(options.attaching == Attaching::tracepoint ? "tracepoint" : "kprobe");
  object_.reset(open_object(image, nullptr));
  UniqueFd types = core_types(bpf_object__btf(object_.get()), kernel);
  std::string types_path = "/proc/self/fd/" + std::to_string(types.get());
  object_.reset(open_object(image, types_path.c_str()));
  configure(options);
  int error = bpf_object__load(object_.get());
  if (error != 0)
    throw NativeError(-error, "load", "the BPF programs", log.text());
  // libbpf keeps an image of .bss of its own; the running programs see the map alone.
  bss_ = MappedMap(bpf_object__find_map_fd_by_name(object_.get(), ".bss"), PROT_READ | PROT_WRITE);
  active_ = reinterpret_cast<volatile uint32_t *>(static_cast<char *>(bss_.data()) +
                                                  variable_offset(".bss", "active", sizeof(*active_)));
  counters_ = MappedMap(bpf_object__find_map_fd_by_name(object_.get(), "counters"), PROT_READ);
  collect_fds(options);
}

void Programs::configure(const ProgramOptions &options) {
  size_t size = 0;
  bpf_map *rodata = bpf_object__find_map_by_name(object_.get(), ".rodata");
  auto *image = static_cast<char *>(const_cast<void *>(bpf_map__initial_value(rodata, &size)));
  memcpy(image + variable_offset(".rodata", "settings", sizeof(options.settings)), &options.settings,
         sizeof(options.settings));
  cpus_ = cpu_id_limit();
  bpf_map *counters = bpf_object__find_map_by_name(object_.get(), "counters");
  bpf_map__set_max_entries(counters, static_cast<__u32>(cpus_));
  autoload(options);
}

// Loads the programs of the slots that functions have, and for kprobe-multi the one that serves every slot.
void Programs::autoload(const ProgramOptions &options) {
  bool multi = options.attaching == Attaching::kprobe_multi;
  std::set<std::string> wanted;
  for (const TracedFunction &function : options.functions)
    wanted.insert(program_name(function.slot));
  if (multi)
    wanted.insert(program_name(IPFT_COOKIE_PROGRAM));
  bpf_program *program;
  bpf_object__for_each_program(program, object_.get()) {
    bpf_program__set_autoload(program, wanted.count(bpf_program__name(program)) > 0);
    if (multi)
      bpf_program__set_expected_attach_type(program, BPF_TRACE_KPROBE_MULTI);
  }
}

void Programs::collect_fds(const ProgramOptions &options) {
  if (options.attaching == Attaching::tracepoint) {
    copies_ = load_tracepoint_programs(object_.get(), options.functions);
    for (const UniqueFd &copy : copies_)
      fds_.push_back(copy.get());
    return;
  }
  for (size_t number = 0; number < IPFT_PROGRAMS; number++) {
    bpf_program *program = bpf_object__find_program_by_name(object_.get(), program_name(number).c_str());
    fds_.push_back(program && bpf_program__autoload(program) ? bpf_program__fd(program) : -1);
  }
}

// Where a global variable of the programs lives in its section.
size_t Programs::variable_offset(const char *section, const char *name, size_t size) const {
  const btf *types = bpf_object__btf(object_.get());
  const btf_type *datasec =
      btf__type_by_id(types, static_cast<__u32>(btf__find_by_name_kind(types, section, BTF_KIND_DATASEC)));
  for (unsigned i = 0; datasec && i < btf_vlen(datasec); i++) {
    const btf_var_secinfo &member = btf_var_secinfos(datasec)[i];
    const btf_type *variable = btf__type_by_id(types, member.type);
    if (btf__str_by_offset(types, variable->name_off) == std::string(name) && member.size == size)
      return member.offset;
  }
  throw NativeError(ENOENT, "load", std::string("variable ") + name + " in " + section);
}

int Programs::events_fd() const {
  return bpf_object__find_map_fd_by_name(object_.get(), "events");
}

void Programs::deactivate() {
  *active_ = 0;
  // Waits for an RCU grace period, and so for the programs that had seen `active` before. A kernel without
  // membarrier(2) leaves a window of some microseconds.
  syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

uint64_t Programs::missed() const {
  uint64_t total = 0;
  for (int fd : fds_) {
    bpf_prog_info info = {};
    __u32 size = sizeof(info);
    if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0)
      total += info.recursion_misses;
  }
  return total;
}

uint64_t Programs::sum(__u64 ipft_counters::*counter) const {
  auto *counters = static_cast<const volatile ipft_counters *>(counters_.data());
  uint64_t total = 0;
  for (size_t cpu = 0; cpu < cpus_; cpu++)
    total += counters[cpu].*counter;
  return total;
}

} // namespace ipft
