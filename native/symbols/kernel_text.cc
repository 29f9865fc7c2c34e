// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/kernel_text.h"

#include "support/hex.h"
#include "support/lines.h"
#include "support/native_error.h"

#include <elf.h>

#include <algorithm>

namespace ipft {
namespace {

constexpr const char *phase = "kernel text";

// All of them, or an errno.
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

// "veth 45056 0 - Live 0xffffffffc0a1b000", with a list of words before the state that may be any long.
TextRange module_range(std::string_view line) {
  size_t size = line.find(' ');
  size_t address = line.find(" 0x");
  if (size == std::string_view::npos || address == std::string_view::npos)
    return {};
  uint64_t start = parse_hex(line.substr(address + 1));
  return {start, start + strtoull(std::string(line.substr(size + 1)).c_str(), nullptr, 10)};
}

} // namespace

std::vector<TextRange> module_ranges(const std::string &modules) {
  std::vector<TextRange> ranges;
  int error = for_each_line(modules, [&](std::string_view line) {
    ranges.push_back(module_range(line));
    return true;
  });
  if (error != 0 && error != ENOENT) // a kernel without modules
    throw NativeError(error, phase, modules);
  return ranges;
}

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
      segments_.push_back({segment.p_vaddr, segment.p_memsz, segment.p_offset});
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
