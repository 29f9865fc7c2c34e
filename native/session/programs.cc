// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/programs.h"

#include "session/core_types.h"
#include "support/cpus.h"
#include "support/libbpf_log.h"
#include "support/native_error.h"
#include "support/unique_fd.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/membarrier.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>

// The compiled BPF object, inside the addon: one file less that can be missing or stale.
asm(".section .rodata\n"
    ".balign 8\n"
    "ipft_bpf_object:\n"
    ".incbin \"" IPFT_BPF_OBJECT "\"\n"
    "ipft_bpf_object_end:\n"
    ".previous\n");
extern "C" {
extern const char ipft_bpf_object[] __attribute__((visibility("hidden")));
extern const char ipft_bpf_object_end[] __attribute__((visibility("hidden")));
}

namespace ipft {
namespace {

// `types_path`: the BTF that CO-RE relocates against; null: the kernel's, whole.
bpf_object *open_object(const char *types_path) {
  LIBBPF_OPTS(bpf_object_open_opts, options);
  options.object_name = "ipft";
  options.btf_custom_path = types_path;
  size_t size = static_cast<size_t>(ipft_bpf_object_end - ipft_bpf_object);
  bpf_object *object = bpf_object__open_mem(ipft_bpf_object, size, &options);
  if (!object)
    throw NativeError(errno, "load", "the BPF object");
  return object;
}

bool is_wanted(const ProgramOptions &options, size_t program) {
  return program == IPFT_COOKIE_PROGRAM ? options.multi : (options.slots >> program & 1) != 0;
}

} // namespace

Programs::Programs(const ProgramOptions &options, const btf *kernel) : object_(nullptr, bpf_object__close) {
  LibbpfLog log;
  object_.reset(open_object(nullptr));
  UniqueFd types = core_types(bpf_object__btf(object_.get()), kernel);
  std::string types_path = "/proc/self/fd/" + std::to_string(types.get());
  object_.reset(open_object(types_path.c_str()));
  configure(options);
  int error = bpf_object__load(object_.get());
  if (error != 0)
    throw NativeError(-error, "load", "the BPF programs", log.text());
  // libbpf keeps an image of .bss of its own; the running programs see the map alone.
  bss_ = MappedMap(bpf_object__find_map_fd_by_name(object_.get(), ".bss"), PROT_READ | PROT_WRITE);
  active_ = reinterpret_cast<volatile uint32_t *>(static_cast<char *>(bss_.data()) +
                                                  variable_offset(".bss", "active", sizeof(*active_)));
  counters_ = MappedMap(bpf_object__find_map_fd_by_name(object_.get(), "counters"), PROT_READ);
  for (size_t i = 0; i < IPFT_PROGRAMS; i++)
    fds_[i] = is_wanted(options, i) ? bpf_program__fd(program(i)) : -1;
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
  for (size_t i = 0; i < IPFT_PROGRAMS; i++) {
    bpf_program__set_autoload(program(i), is_wanted(options, i));
    if (options.multi)
      bpf_program__set_expected_attach_type(program(i), BPF_TRACE_KPROBE_MULTI);
  }
}

bpf_program *Programs::program(size_t index) const {
  std::string name = "ipft_program_" + std::to_string(index);
  bpf_program *program = bpf_object__find_program_by_name(object_.get(), name.c_str());
  if (!program)
    throw NativeError(ENOENT, "load", name);
  return program;
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
