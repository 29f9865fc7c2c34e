// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
//
// BPF objects of extensions. An input that is no ELF file is the section .BTF of one: what libelf and libbpf
// make of the rest is theirs.
#include "harness.h"

#include "extension/event_struct.h"
#include "support/native_error.h"

#include <linux/types.h>
#include "ipft.h"

#include <elf.h>

#include <cstring>
#include <string>
#include <string_view>

namespace {

using namespace ipft;

constexpr std::string_view names("\0.shstrtab\0.BTF\0", 16);

struct Elf {
  Elf64_Ehdr header = {};
  Elf64_Shdr sections[3] = {};
  char names[::names.size()] = {};
};

std::string object_with(std::string_view btf) {
  Elf elf;
  memcpy(elf.header.e_ident, ELFMAG, SELFMAG);
  elf.header.e_ident[EI_CLASS] = ELFCLASS64;
  elf.header.e_ident[EI_DATA] = ELFDATA2LSB;
  elf.header.e_ident[EI_VERSION] = elf.header.e_version = EV_CURRENT;
  elf.header.e_type = ET_REL;
  elf.header.e_machine = EM_BPF;
  elf.header.e_ehsize = sizeof(Elf64_Ehdr);
  elf.header.e_shoff = offsetof(Elf, sections);
  elf.header.e_shentsize = sizeof(Elf64_Shdr);
  elf.header.e_shnum = 3;
  elf.header.e_shstrndx = 1;
  auto section = [&](int index, size_t name, uint32_t type, size_t offset, size_t size) {
    Elf64_Shdr &made = elf.sections[index];
    made.sh_name = static_cast<uint32_t>(name);
    made.sh_type = type;
    made.sh_offset = offset;
    made.sh_size = size;
    made.sh_addralign = 1;
  };
  section(1, names.find(".shstrtab"), SHT_STRTAB, offsetof(Elf, names), names.size());
  section(2, names.find(".BTF"), SHT_PROGBITS, sizeof(Elf), btf.size());
  memcpy(elf.names, names.data(), names.size());
  return std::string(reinterpret_cast<const char *>(&elf), sizeof(elf)).append(btf);
}

// What src/extension/module-column.ts takes for granted.
void check(const EventMember &member) {
  bool is_text = member.kind == "chars" || member.kind == "bytes";
  require(!member.kind.empty(), "a member has a kind");
  require(member.size >= 1 && (is_text || member.size <= 8), "a number has 1 to 8 bytes");
  require(uint64_t{member.offset} + member.size <= IPFT_MODULE_DATA, "a member is within the data");
  require(uint64_t{member.bit_offset} + member.bit_size <= uint64_t{member.size} * 8,
          "its bits are within its bytes");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view input(reinterpret_cast<const char *>(data), size);
  bool is_elf = input.substr(0, SELFMAG) == ELFMAG;
  std::string object = is_elf ? std::string(input) : object_with(input);
  for (bool may_lack : {false, true}) {
    try {
      for (const EventMember &member : read_event_struct(object, may_lack))
        check(member);
    } catch (const BadExtension &bad) {
      require(!bad.error.empty(), "what is wrong is told");
    } catch (const NativeError &error) { // of files in memory
      require(size == 0 || error.error != 0, "an error has a number");
    }
  }
  return 0;
}
