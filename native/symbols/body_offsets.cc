// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/body_offsets.h"

#include "support/native_error.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <set>

namespace ipft {
namespace {

using Code = std::vector<uint8_t>;
using Prefix = std::array<uint8_t, 4>;

// What may precede the room for ftrace's call with CONFIG_X86_KERNEL_IBT: endbr64, or what the kernel
// replaces it by if it knows that no indirect call goes there: 5.18, and newer kernels with another opcode.
constexpr std::array<Prefix, 3> landing_pads = {
    Prefix{0xf3, 0x0f, 0x1e, 0xfa}, Prefix{0x66, 0x0f, 0x1f, 0x00}, Prefix{0x0f, 0x1f, 0x40, 0xd6}};

// What the room contains while ftrace does not use it. Kernels before 5.13 choose by processor.
constexpr size_t room = 5;
using Room = std::array<uint8_t, room>;
constexpr std::array<Room, 3> nops = {Room{0x0f, 0x1f, 0x44, 0x00, 0x00}, Room{0x66, 0x66, 0x66, 0x66, 0x90},
                                      Room{0x3e, 0x8d, 0x74, 0x26, 0x00}};
constexpr uint8_t call = 0xe8; // and while ftrace uses it

template <typename Bytes> bool starts_with(const Code &code, size_t at, const Bytes &prefix) {
  return at + prefix.size() <= code.size() && std::equal(prefix.begin(), prefix.end(), code.begin() + at);
}

// Returns 0 if there is no room, or the body begins with an unsuitable instruction.
uint8_t body_offset(const Code &code, size_t function, bool stacks) {
  size_t at = function;
  for (const Prefix &pad : landing_pads)
    if (starts_with(code, function, pad))
      at = function + pad.size();
  size_t body = at + room;
  if (body >= code.size())
    return 0;
  bool has_room = code[at] == call || std::any_of(nops.begin(), nops.end(), [&](const Room &nop) {
                    return starts_with(code, at, nop);
                  });
  bool is_push = (code[body] & 0xf8) == 0x50 || code[body] == 0x9c; // push of a register, pushf
  return has_room && !(stacks && is_push) ? static_cast<uint8_t>(body - function) : 0;
}

// Finds bodies that some instruction may jump to. memchr skips nearly all of the code.
class Jumps {
public:
  Jumps(const Code &code, const std::set<size_t> &bodies) : code_(code), bodies_(bodies), laid_(code.size()) {
    for (size_t body : bodies)
      for (size_t at = body; at < std::min(body + laid, code.size()); at++)
        laid_[at] = true;
    find_near(
        0xe9, [](uint8_t) { return true; }, 1); // jmp
    find_near(
        0x0f, [](uint8_t second) { return (second & 0xf0) == 0x80; }, 2); // jcc
    for (size_t body : bodies)
      find_short(body);
  }

  bool lead_to(size_t body) const { return targets_.count(body) > 0; }

private:
  static constexpr size_t laid = 5; // length of the jump that the kernel writes over the instructions there

  // Jumps with a distance of 4 bytes, from anywhere.
  template <typename Matches> void find_near(uint8_t opcode, Matches matches, size_t length) {
    int32_t distance;
    if (code_.size() < length + sizeof(distance))
      return;
    const uint8_t *start = code_.data();
    const uint8_t *end = start + code_.size() - length - sizeof(distance);
    for (const uint8_t *at = start; at <= end; at++) {
      at = static_cast<const uint8_t *>(memchr(at, opcode, static_cast<size_t>(end - at) + 1));
      if (!at)
        return;
      if (!matches(at[1]))
        continue;
      memcpy(&distance, at + length, sizeof(distance));
      size_t next = static_cast<size_t>(at - start) + length + sizeof(distance);
      size_t target = next + static_cast<size_t>(distance);
      if (target < code_.size() && laid_[target])
        targets_.insert(*std::prev(bodies_.upper_bound(target)));
    }
  }

  // Jumps with a distance of one byte: jmp, jcc, loop and jrcxz. Such jumps to the following bytes are
  // checked by the kernel itself, within the function.
  void find_short(size_t body) {
    constexpr size_t length = 2, reach = 128;
    size_t start = body > reach + length ? body - reach - length : 0;
    for (size_t at = start; at < body + reach && at + 1 < code_.size(); at++) {
      uint8_t opcode = code_[at];
      bool jumps = opcode == 0xeb || (opcode & 0xf0) == 0x70 || (opcode & 0xfc) == 0xe0;
      if (jumps && at + length + static_cast<size_t>(static_cast<int8_t>(code_[at + 1])) == body)
        targets_.insert(body);
    }
  }

  const Code &code_;
  const std::set<size_t> &bodies_;
  std::vector<bool> laid_; // by offset in the code: true for the first bytes of a body
  std::set<size_t> targets_;
};

} // namespace

std::vector<uint8_t> body_offsets(const KernelMemory &memory, const TextRange &text,
                                  const std::vector<uint64_t> &addresses, bool stacks) {
  if (text.start == 0 || text.end <= text.start)
    throw NativeError(ENOENT, "kernel text", "_stext and _etext in kallsyms");
  Code code = memory.read(text);
  std::vector<uint8_t> offsets(addresses.size(), 0);
  std::set<size_t> bodies;
  for (size_t i = 0; i < addresses.size(); i++) {
    if (addresses[i] < text.start || addresses[i] - text.start >= code.size())
      continue;
    offsets[i] = body_offset(code, addresses[i] - text.start, stacks);
    if (offsets[i] != 0)
      bodies.insert(addresses[i] - text.start + offsets[i]);
  }
  Jumps jumps(code, bodies);
  for (size_t i = 0; i < addresses.size(); i++)
    if (jumps.lead_to(addresses[i] - text.start + offsets[i]))
      offsets[i] = 0;
  return offsets;
}

} // namespace ipft
