// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "types/kernel_btf.h"

#include "support/libbpf_log.h"
#include "support/native_error.h"
#include "support/unique_fd.h"

#include <bpf/btf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <map>
#include <mutex>

namespace ipft {
namespace {

// Linux 6.16 maps its BTF: that saves a thousand reads of a page each, which is all that it gives at once.
// Null if the file is not mapped, or is not plain BTF.
btf *parse_mapped(const std::string &path) {
  UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info = {};
  if (!file || fstat(file.get(), &info) != 0 || info.st_size == 0)
    return nullptr;
  auto size = static_cast<size_t>(info.st_size);
  void *data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED)
    return nullptr;
  btf *parsed = btf__new(data, static_cast<__u32>(size));
  munmap(data, size);
  return parsed;
}

KernelBtf parse(const std::string &path) {
  LibbpfLog log;
  btf *parsed = parse_mapped(path);
  if (!parsed)
    parsed = btf__parse(path.c_str(), nullptr);
  if (!parsed)
    throw NativeError(errno, "btf", path, log.text());
  return {parsed, [](const btf *each) { btf__free(const_cast<btf *>(each)); }};
}

// Functions of modules are read on a worker thread.
std::mutex mutex;
std::map<std::string, KernelBtf> parsed_files;

} // namespace

KernelBtf kernel_btf(const std::string &path) {
  std::lock_guard lock(mutex);
  KernelBtf &known = parsed_files[path];
  if (!known)
    known = parse(path);
  return known;
}

void forget_kernel_btf() {
  std::lock_guard lock(mutex);
  parsed_files.clear();
}

} // namespace ipft
