// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <linux/types.h>
#include "ipft.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ipft {

// One function of a function table.
struct IndexedFunction {
  uint64_t address; // 0: unknown
  uint8_t bytes;    // enum ipft_bytes: what it finds of the skb's
};

// What is known about a function by its entry address.
struct KnownFunction {
  uint64_t address;
  uint32_t function; // index into the function table, or IPFT_NO_FUNCTION
  uint8_t bytes;     // enum ipft_bytes: which of the skb's bytes it can read
};

// Hash table from entry address to function: one multiplication and mostly one comparison per event.
class FunctionIndex {
public:
  // Functions of a function table.
  explicit FunctionIndex(const std::vector<IndexedFunction> &functions) { add(functions); }

  // More functions, which are the next ones of the table.
  void add(const std::vector<IndexedFunction> &functions) {
    auto next = static_cast<uint32_t>(count_);
    count_ += functions.size();
    make_room();
    for (const IndexedFunction &function : functions) {
      if (function.address != 0) {
        put({function.address, next, function.bytes});
        note_upper_half(function.address >> 32 << 32);
      }
      next++;
    }
  }

  // The result's function is IPFT_NO_FUNCTION if no function has this address.
  const KnownFunction &find(uint64_t address) const { return entries_[index_of(address)]; }

  // By the lower half of the address. Functions have one upper half on x86-64, where the kernel and its
  // modules are within 2 GB; arm64 may put modules elsewhere. That of tracepoints' positions is 0.
  const KnownFunction &find_lower(uint32_t lower) const {
    for (uint64_t upper : upper_halves_)
      if (const KnownFunction &found = find(upper | lower); found.function != IPFT_NO_FUNCTION)
        return found;
    return free_entry;
  }

private:
  static constexpr KnownFunction free_entry = {0, IPFT_NO_FUNCTION, IPFT_BYTES_THERE};

  void note_upper_half(uint64_t upper) {
    if (std::find(upper_halves_.begin(), upper_halves_.end(), upper) == upper_halves_.end())
      upper_halves_.push_back(upper);
  }

  void put(const KnownFunction &function) { entries_[index_of(function.address)] = function; }

  // Makes room for all functions counted so far.
  void make_room() {
    while ((size_t{1} << bits_) < count_ * 4)
      bits_++;
    std::vector<KnownFunction> before(size_t{1} << bits_, free_entry);
    before.swap(entries_);
    for (const KnownFunction &known : before)
      if (known.address != 0)
        put(known);
  }

  // Index of the entry with this address, or of the free one where it would go. The table is never full.
  size_t index_of(uint64_t address) const {
    size_t at = address * 0x9e3779b97f4a7c15ULL >> (64 - bits_);
    while (entries_[at].address != 0 && entries_[at].address != address)
      at = (at + 1) & (entries_.size() - 1);
    return at;
  }

  unsigned bits_ = 4;
  size_t count_ = 0;
  std::vector<uint64_t> upper_halves_;
  std::vector<KnownFunction> entries_;
};

} // namespace ipft
