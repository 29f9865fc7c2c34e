// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/left_out.h"

#include "support/native_error.h"

#include <elf.h>

#include <cerrno>
#include <vector>

namespace ipft {
namespace {

std::vector<std::string_view> unused_functions(const ipft_settings &settings) {
  std::vector<std::string_view> names;
  if (settings.snaplen == 0)
    names.push_back("ipft_send_with_bytes");
  if (settings.geometry_at == 0)
    names.push_back("ipft_put_geometry");
  if (settings.headers_at == 0)
    names.push_back("ipft_start_of");
  if (settings.skb_type != 0)
    names.push_back("ipft_read_skb");
  return names;
}

// The symbols of an object in memory.
class Symbols {
public:
  explicit Symbols(std::string &image) : image_(image) {
    const auto &header = *at<Elf64_Ehdr>(0);
    for (size_t i = 0; i < header.e_shnum && !symbols_; i++) {
      const auto &section = at<Elf64_Shdr>(header.e_shoff)[i];
      if (section.sh_type != SHT_SYMTAB)
        continue;
      symbols_ = at<Elf64_Sym>(section.sh_offset);
      count_ = section.sh_size / sizeof(Elf64_Sym);
      names_ = at<char>(at<Elf64_Shdr>(header.e_shoff)[section.sh_link].sh_offset);
    }
  }

  Elf64_Sym &named(std::string_view name) const {
    for (size_t i = 0; i < count_; i++)
      if (names_ + symbols_[i].st_name == name)
        return symbols_[i];
    throw NativeError(ENOENT, "load", "the BPF function " + std::string(name));
  }

private:
  template <typename Type> Type *at(uint64_t offset) const {
    return reinterpret_cast<Type *>(image_.data() + offset);
  }

  std::string &image_;
  Elf64_Sym *symbols_ = nullptr;
  const char *names_ = nullptr;
  size_t count_ = 0;
};

} // namespace

// libbpf appends to a program what its relocations of calls lead to. A symbol that is no function makes no
// subprogram, but relocations still take its place.
std::string without_unused_functions(std::string_view image, const ipft_settings &settings) {
  std::string changed(image);
  Symbols symbols(changed);
  const Elf64_Sym &nothing = symbols.named("ipft_left_out");
  for (std::string_view name : unused_functions(settings)) {
    Elf64_Sym &symbol = symbols.named(name);
    symbol.st_value = nothing.st_value;
    symbol.st_size = nothing.st_size;
    symbol.st_info = ELF64_ST_INFO(ELF64_ST_BIND(symbol.st_info), STT_NOTYPE);
  }
  return changed;
}

} // namespace ipft
