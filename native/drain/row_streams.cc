// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "drain/row_streams.h"

#include <linux/types.h>
#include "ipft.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace ipft {
namespace {

// Bytes of how many rows were as expected before an entry, and of a difference of 32 bits: of the latter, the
// first bytes of all entries stand together, then their second ones, and so on.
constexpr size_t longest_gap = 3;
constexpr size_t planes = 5;
constexpr size_t longest_entry = longest_gap + planes;

// In how many groups packets and functions are told apart, by their lowest bits.
constexpr size_t groups = 4096;

constexpr size_t word_of(size_t offset) {
  return offset / sizeof(uint32_t);
}

constexpr size_t packet_word = word_of(offsetof(ipft_row, packet));
constexpr size_t function_word = word_of(offsetof(ipft_row, function));
constexpr size_t time_word = word_of(offsetof(ipft_row, graph.event.time_ns));
constexpr size_t cpu_word = word_of(offsetof(ipft_row, cpu));
constexpr size_t address_word = word_of(offsetof(ipft_row, graph.event.function_address));
constexpr size_t born_word = word_of(offsetof(ipft_row, graph.event.born_ns));

// Words that are expected to be those of the row before, and of the last row with the same function.
constexpr std::array<size_t, 5> of_row = {packet_word, packet_word + 1, time_word, time_word + 1, cpu_word};
constexpr std::array<size_t, 2> of_function = {address_word, address_word + 1};
// Words that are expected to be the row's own time, if it is the first one of its packet.
constexpr std::array<size_t, 2> of_birth = {born_word, born_word + 1};

bool is_of_packet(size_t word) {
  auto is_in = [word](const auto &list) { return std::find(list.begin(), list.end(), word) != list.end(); };
  return word != function_word && !is_in(of_row) && !is_in(of_function) && !is_in(of_birth);
}

// The last rows of the groups.
class LastRows {
  std::array<const uint32_t *, groups> last_ = {};

public:
  // The last row of a number's group, or nullptr; from now on that is `row`.
  const uint32_t *next(uint32_t number, const uint32_t *row) {
    const uint32_t *&last = last_[number % groups];
    const uint32_t *before = last;
    last = row;
    return before;
  }
};

class Streams {
  struct Stream {
    uint32_t entries;
    uint32_t next; // row after the last entry
    uint8_t *gaps_end;
    std::array<uint8_t *, planes> plane_ends;
  };

  const size_t count_;
  // not filled with zeros, which would take longer than the streams
  const std::unique_ptr<uint8_t[]> bytes_;
  std::vector<Stream> streams_;

  uint8_t *gaps(size_t word) { return bytes_.get() + word * count_ * longest_entry; }
  uint8_t *plane(size_t word, size_t number) { return gaps(word) + count_ * (longest_gap + number); }

public:
  Streams(size_t count, size_t words) : count_(count), bytes_(new uint8_t[words * count * longest_entry]) {
    for (size_t word = 0; word < words; word++) {
      Stream stream = {0, 0, gaps(word), {}};
      for (size_t i = 0; i < planes; i++)
        stream.plane_ends[i] = plane(word, i);
      streams_.push_back(stream);
    }
  }

  void compare(size_t word, uint32_t row, const uint32_t *own, const uint32_t *expected) {
    uint32_t difference = own[word] - expected[word];
    if (difference == 0)
      return;
    Stream &stream = streams_[word];
    uint32_t gap = row - stream.next;
    for (; gap > 0x7f; gap >>= 7)
      *stream.gaps_end++ = static_cast<uint8_t>(gap | 0x80);
    *stream.gaps_end++ = static_cast<uint8_t>(gap);
    uint32_t value = difference << 1 ^ (difference >> 31 ? ~0U : 0U);
    size_t byte = 0;
    for (; value > 0x7f; value >>= 7)
      *stream.plane_ends[byte++]++ = static_cast<uint8_t>(value | 0x80);
    *stream.plane_ends[byte]++ = static_cast<uint8_t>(value);
    stream.next = row + 1;
    stream.entries++;
  }

  std::vector<uint8_t> payload() {
    std::vector<uint8_t> result;
    auto number = [](uint8_t *at, size_t value) {
      auto little = static_cast<uint32_t>(value);
      memcpy(at, &little, sizeof(little));
    };
    auto append = [&result, &number](size_t value) {
      result.resize(result.size() + sizeof(uint32_t));
      number(result.data() + result.size() - sizeof(uint32_t), value);
    };
    append(count_);
    append(streams_.size());
    for (size_t word = 0; word < streams_.size(); word++) {
      const Stream &stream = streams_[word];
      append(0);
      size_t begin = result.size();
      if (stream.entries > 0) {
        append(stream.entries);
        result.insert(result.end(), gaps(word), stream.gaps_end);
        for (size_t i = 0; i < planes; i++)
          result.insert(result.end(), plane(word, i), stream.plane_ends[i]);
      }
      number(result.data() + begin - sizeof(uint32_t), result.size() - begin);
    }
    return result;
  }
};

} // namespace

std::vector<uint8_t> encode_rows(const uint32_t *rows, size_t count, size_t words) {
  Streams streams(count, words);
  LastRows packets, functions;
  std::vector<size_t> of_packet;
  for (size_t word = 0; word < words; word++)
    if (is_of_packet(word))
      of_packet.push_back(word);
  for (uint32_t row = 0; row < count; row++) {
    const uint32_t *before = rows + row * words;
    const uint32_t *own = before + words;
    for (size_t word : of_row)
      streams.compare(word, row, own, before);
    const uint32_t *same_packet = packets.next(own[packet_word], own);
    const uint32_t *same_function = functions.next(own[function_word], own);
    if (same_function == nullptr)
      same_function = before;
    streams.compare(function_word, row, own, same_packet == nullptr ? before : same_packet);
    for (size_t word : of_function)
      streams.compare(word, row, own, same_function);
    // A packet's first row has more in common with the first rows of others than with the row before.
    for (size_t word : of_birth)
      streams.compare(word, row, own, same_packet == nullptr ? own - born_word + time_word : same_packet);
    for (size_t word : of_packet)
      streams.compare(word, row, own, same_packet == nullptr ? same_function : same_packet);
  }
  return streams.payload();
}

} // namespace ipft
