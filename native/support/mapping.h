// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <utility>

namespace ipft {

// A shared mapping of a file.
class Mapping {
public:
  Mapping() = default;

  // As mmap(2); without a mapping if that fails, with errno set. `place`: where another mapping is, which
  // this one replaces.
  Mapping(int fd, size_t offset, size_t size, int protection, void *place = nullptr) : size_(size) {
    int flags = MAP_SHARED | (place ? MAP_FIXED : 0);
    void *mapped = mmap(place, size, protection, flags, fd, static_cast<off_t>(offset));
    data_ = mapped == MAP_FAILED ? nullptr : mapped;
  }

  Mapping(Mapping &&other) noexcept { swap(other); }
  Mapping &operator=(Mapping &&other) noexcept {
    swap(other);
    return *this;
  }
  ~Mapping() {
    if (data_)
      munmap(data_, size_);
  }

  explicit operator bool() const { return data_ != nullptr; }
  void *data() const { return data_; }

  // Gives up what is mapped, for another mapping to take its place.
  void *release() { return std::exchange(data_, nullptr); }

private:
  void swap(Mapping &other) {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  void *data_ = nullptr;
  size_t size_ = 0;
};

} // namespace ipft
