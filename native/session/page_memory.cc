// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/page_memory.h"

#include "session/memory_reader.h"
#include "support/kernel_symbols.h"
#include "support/native_error.h"
#include "symbols/kernel_text.h"

#include <bpf/btf.h>

#include <unistd.h>

#include <cstring>
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

// A number in the kernel's memory; 0: it cannot be read.
uint64_t read_number(MemoryReader &memory, uint64_t address) {
  uint64_t number = 0;
  std::string_view bytes = address == 0 ? std::string_view() : memory.read(address, sizeof(number));
  if (bytes.size() == sizeof(number))
    memcpy(&number, bytes.data(), sizeof(number));
  return number;
}

// By the kernel's variables, which x86-64 has.
PageMemory by_variables(const btf *kernel) {
  std::map<std::string_view, uint64_t> symbols = {{"vmemmap_base", 0}, {"page_offset_base", 0}};
  find_symbols(symbols);
  if (symbols["vmemmap_base"] == 0 || symbols["page_offset_base"] == 0)
    return {};
  MemoryReader memory(kernel);
  return {read_number(memory, symbols["vmemmap_base"]), read_number(memory, symbols["page_offset_base"])};
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
    PageMemory found = by_variables(kernel);
    if (found.pages_at == 0 || found.memory_at == 0)
      found = by_segments();
    return found;
  } catch (const NativeError &) {
    return {};
  }
}

} // namespace ipft
