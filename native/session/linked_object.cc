// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/linked_object.h"

#include "session/bpf_objects.h"
#include "support/libbpf_log.h"
#include "support/memory_file.h"
#include "support/native_error.h"

#include <linux/types.h>
#include "ipft.h"

#include <bpf/libbpf.h>
#include <elf.h>
#include <linux/bpf.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace ipft {
namespace {

std::string content_of(const UniqueFd &file) {
  struct stat info = {};
  if (fstat(file.get(), &info) != 0)
    throw NativeError(errno, "load", "the linked BPF object");
  std::string content(static_cast<size_t>(info.st_size), '\0');
  if (pread(file.get(), content.data(), content.size(), 0) != info.st_size)
    throw NativeError(errno, "load", "the linked BPF object");
  return content;
}

// The object `template_name`, with its only function (bpf/template.h) replaced by these instructions.
std::string filled(const char *template_name, const std::vector<char> &instructions) {
  std::string image(bpf_object_image(template_name));
  auto *header = reinterpret_cast<Elf64_Ehdr *>(image.data());
  auto *sections = reinterpret_cast<Elf64_Shdr *>(image.data() + header->e_shoff);
  if (instructions.size() > IPFT_GENERATED * sizeof(bpf_insn))
    throw NativeError(E2BIG, "load", template_name);
  for (size_t i = 0; i < header->e_shnum; i++) {
    if (sections[i].sh_type != SHT_SYMTAB)
      continue;
    auto *symbols = reinterpret_cast<Elf64_Sym *>(image.data() + sections[i].sh_offset);
    for (size_t j = 0; j < sections[i].sh_size / sizeof(Elf64_Sym); j++) {
      if (ELF64_ST_TYPE(symbols[j].st_info) != STT_FUNC)
        continue;
      Elf64_Shdr &section = sections[symbols[j].st_shndx];
      memcpy(image.data() + section.sh_offset, instructions.data(), instructions.size());
      symbols[j].st_size = section.sh_size = instructions.size();
      return image;
    }
  }
  throw NativeError(ENOENT, "load", template_name);
}

} // namespace

std::string linked_object(std::string_view programs, const Replacements &replacements) {
  LibbpfLog log;
  UniqueFd result = memory_file({});
  std::unique_ptr<bpf_linker, void (*)(bpf_linker *)> linker(
      bpf_linker__new(path_of(result).c_str(), nullptr), bpf_linker__free);
  if (!linker)
    throw NativeError(errno, "load", "libbpf's linker", log.text());
  auto add = [&](std::string_view image, const char *what) {
    UniqueFd file = memory_file(image);
    if (int error = bpf_linker__add_file(linker.get(), path_of(file).c_str(), nullptr))
      throw NativeError(-error, "load", what, log.text());
  };
  add(programs, "the BPF programs");
  if (!replacements.filter.empty())
    add(filled("filter", replacements.filter), "the filter");
  if (!replacements.capture.empty())
    add(filled("capture", replacements.capture), "the reading of fields");
  if (!replacements.module.empty())
    add({replacements.module.data(), replacements.module.size()}, "the extension");
  if (int error = bpf_linker__finalize(linker.get()))
    throw NativeError(-error, "load", "the BPF programs", log.text());
  return content_of(result);
}

} // namespace ipft
