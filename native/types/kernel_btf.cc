// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "types/kernel_btf.h"

#include "support/libbpf_log.h"
#include "support/native_error.h"
#include "support/unique_fd.h"
#include "types/btf_check.h"

#include <bpf/btf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
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

bool has_same_bytes(const btf *left, const btf *right) {
  __u32 left_size = 0, right_size = 0;
  const void *left_data = btf__raw_data(left, &left_size), *right_data = btf__raw_data(right, &right_size);
  return left_data && right_data && left_size == right_size && memcmp(left_data, right_data, left_size) == 0;
}

bool is_kernels_own(const btf *given) {
  try {
    return has_same_bytes(given, kernel_btf(vmlinux_btf).get());
  } catch (const NativeError &) {
    return false; // it has none
  }
}

} // namespace

KernelBtf kernel_btf(const std::string &path) {
  std::lock_guard lock(mutex);
  KernelBtf &known = parsed_files[path];
  if (!known)
    known = parse(path);
  return known;
}

KernelBtf kernel_btf() {
  return kernel_btf(btf_source.kernel);
}

void forget_kernel_btf() {
  std::lock_guard lock(mutex);
  KernelBtf kept = btf_source.is_own ? nullptr : parsed_files[btf_source.kernel];
  parsed_files.clear();
  if (kept)
    parsed_files[btf_source.kernel] = kept;
}

void set_kernel_btf(const std::string &path) {
  btf_source = {};
  if (path.empty())
    return;
  forget_kernel_btf();
  KernelBtf given = kernel_btf(path);
  if (!is_sound(given.get()))
    throw NativeError(EINVAL, "btf", path);
  if (!is_kernels_own(given.get()))
    btf_source = {path, "", false};
}

} // namespace ipft
