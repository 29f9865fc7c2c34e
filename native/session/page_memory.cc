// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/page_memory.h"

#include "session/run_once.h"
#include "support/lines.h"
#include "support/native_error.h"
#include "symbols/kernel_text.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace ipft {
namespace {

// What bpf/snap.h relies on: the size of a page, sizeof(struct page), and a fragment's page, size and offset.
constexpr long page_size = 4096;
constexpr size_t page_struct_size = 64;
constexpr size_t fragment_size = 16;
constexpr uint32_t fragment_members[] = {0, 8, 12};

const btf_type *structure(const btf *kernel, const char *name) {
  __s32 id = btf__find_by_name_kind(kernel, name, BTF_KIND_STRUCT);
  return id < 0 ? nullptr : btf__type_by_id(kernel, static_cast<__u32>(id));
}

// The type of the fragments in struct skb_shared_info; null: there are none.
const btf_type *fragment_type(const btf *kernel) {
  const btf_type *shared_info = structure(kernel, "skb_shared_info");
  for (unsigned i = 0; shared_info && i < btf_vlen(shared_info); i++) {
    const btf_member &member = btf_members(shared_info)[i];
    const btf_type *type = btf__type_by_id(kernel, member.type);
    if (btf__name_by_offset(kernel, member.name_off) != std::string_view("frags") || !btf_is_array(type))
      continue;
    __s32 id = btf__resolve_type(kernel, btf_array(type)->type);
    return id < 0 ? nullptr : btf__type_by_id(kernel, static_cast<__u32>(id));
  }
  return nullptr;
}

bool has_known_layout(const btf *kernel) {
  const btf_type *page = structure(kernel, "page"), *fragment = fragment_type(kernel);
  if (sysconf(_SC_PAGESIZE) != page_size || !page || page->size != page_struct_size || !fragment ||
      !btf_is_struct(fragment) || fragment->size != fragment_size ||
      btf_vlen(fragment) != std::size(fragment_members))
    return false;
  for (unsigned i = 0; i < std::size(fragment_members); i++)
    if (btf_member_bit_offset(fragment, i) != fragment_members[i] * 8)
      return false;
  return true;
}

bpf_insn instruction(int code, uint8_t to, uint8_t from, int32_t value, int16_t offset = 0) {
  bpf_insn result = {};
  result.code = static_cast<__u8>(code);
  result.dst_reg = to & 0xf;
  result.src_reg = from & 0xf;
  result.off = offset;
  result.imm = value;
  return result;
}

// Reads 4 bytes of kernel memory.
uint32_t read_word(uint64_t address) {
  const bpf_insn code[] = {
      instruction(BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, 0, -8),
      instruction(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_10, 0),
      instruction(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_1, 0, -8),
      instruction(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_2, 0, sizeof(uint32_t)),
      instruction(BPF_LD | BPF_IMM | BPF_DW, BPF_REG_3, 0, static_cast<int32_t>(address)),
      instruction(0, 0, 0, static_cast<int32_t>(address >> 32)),
      instruction(BPF_JMP | BPF_CALL, 0, 0, BPF_FUNC_probe_read_kernel),
      instruction(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_0, BPF_REG_10, 0, -8),
      instruction(BPF_JMP | BPF_EXIT, 0, 0, 0),
  };
  return run_once(std::string_view(reinterpret_cast<const char *>(code), sizeof(code)));
}

uint64_t read_number(uint64_t address) {
  return address == 0 ? 0 : read_word(address) | static_cast<uint64_t>(read_word(address + 4)) << 32;
}

// By the kernel's variables, which x86-64 has.
PageMemory by_variables() {
  uint64_t pages = 0, memory = 0; // the variables' addresses
  for_each_line("/proc/kallsyms", [&](std::string_view line) {
    std::string_view name = line.substr(line.rfind(' ') + 1);
    if (name == "vmemmap_base")
      pages = strtoull(line.data(), nullptr, 16);
    else if (name == "page_offset_base")
      memory = strtoull(line.data(), nullptr, 16);
    return pages == 0 || memory == 0;
  });
  return {read_number(pages), read_number(memory)};
}

// By what the kernel says in /proc/kcore, for kernels without these, such as those of arm64, where they are
// constants: behind a segment of memory is the one of that memory's struct pages, which begins at a page's
// start.
PageMemory by_segments() {
  constexpr uint64_t per_page = page_size / page_struct_size; // how many struct pages are in a page
  KernelMemory kcore("/proc/kcore");
  const auto &segments = kcore.segments();
  for (size_t i = 0; i + 1 < segments.size(); i++) {
    const auto &memory = segments[i], &pages = segments[i + 1];
    uint64_t needed = memory.size / per_page;
    if (memory.physical != UINT64_MAX && pages.physical == UINT64_MAX && pages.size >= needed &&
        pages.size <= needed + 2 * page_size)
      return {pages.address, memory.address - memory.physical % (per_page * page_size)};
  }
  return {};
}

} // namespace

PageMemory page_memory(const btf *kernel) {
  if (!has_known_layout(kernel))
    return {};
  try {
    PageMemory found = by_variables();
    if (found.pages_at == 0 || found.memory_at == 0)
      found = by_segments();
    return found;
  } catch (const NativeError &) {
    return {};
  }
}

} // namespace ipft
