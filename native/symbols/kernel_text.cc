// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/kernel_text.h"

#include "support/hex.h"
#include "support/native_error.h"

#include <elf.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace ipft {
namespace {

constexpr const char *phase = "kernel text";

// Reads `size` bytes. Returns 0 or errno.
int read_fully(int fd, void *buffer, size_t size, uint64_t offset) {
  auto *to = static_cast<char *>(buffer);
  while (size > 0) {
    ssize_t got = pread(fd, to, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return got < 0 ? errno : EIO;
    to += got;
    size -= static_cast<size_t>(got);
    offset += static_cast<uint64_t>(got);
  }
  return 0;
}

} // namespace

KernelMemory::KernelMemory(const std::string &kcore) : fd_(open(kcore.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (!fd_)
    throw NativeError(errno, phase, kcore);
  read_segments(kcore);
}

void KernelMemory::read_segments(const std::string &kcore) {
  Elf64_Ehdr header = {};
  int error = read_fully(fd_.get(), &header, sizeof(header), 0);
  if (error == 0 && memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    error = ENOEXEC;
  for (unsigned i = 0; error == 0 && i < header.e_phnum; i++) {
    Elf64_Phdr segment = {};
    error = read_fully(fd_.get(), &segment, sizeof(segment), header.e_phoff + i * sizeof(segment));
    if (error == 0 && segment.p_type == PT_LOAD)
      segments_.push_back({segment.p_vaddr, segment.p_memsz, segment.p_paddr, segment.p_offset});
  }
  if (error != 0)
    throw NativeError(error, phase, kcore);
}

std::vector<uint8_t> KernelMemory::read(const TextRange &range) const {
  for (const Segment &segment : segments_) {
    if (range.start < segment.address || range.start - segment.address >= segment.size)
      continue;
    uint64_t inside = range.start - segment.address;
    std::vector<uint8_t> bytes(std::min(range.end - range.start, segment.size - inside));
    int error = read_fully(fd_.get(), bytes.data(), bytes.size(), segment.offset + inside);
    if (error != 0)
      throw NativeError(error, phase, to_hex(range.start) + " in kcore");
    return bytes;
  }
  throw NativeError(EFAULT, phase, to_hex(range.start) + " in kcore");
}

} // namespace ipft
