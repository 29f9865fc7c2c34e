// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "support/memory_file.h"

#include "support/native_error.h"

#include <sys/mman.h>

#include <cerrno>

namespace ipft {

UniqueFd memory_file(std::string_view content) {
  UniqueFd file(memfd_create("ipft-bpf", MFD_CLOEXEC));
  if (!file || write(file.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()))
    throw NativeError(errno, "load", "a BPF object in memory");
  return file;
}

std::string path_of(const UniqueFd &file) {
  return "/proc/self/fd/" + std::to_string(file.get());
}

} // namespace ipft
