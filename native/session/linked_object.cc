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

constexpr size_t template_size = IPFT_GENERATED * sizeof(bpf_insn);

std::string content_of(const UniqueFd &file) {
  struct stat info = {};
  if (fstat(file.get(), &info) != 0)
    throw NativeError(errno, "load", "the linked BPF object");
  std::string content(static_cast<size_t>(info.st_size), '\0');
  if (pread(file.get(), content.data(), content.size(), 0) != info.st_size)
    throw NativeError(errno, "load", "the linked BPF object");
  return content;
}

// Where the instructions of a function are in an ELF image.
size_t function_offset(const std::string &image, std::string_view name) {
  const auto *header = reinterpret_cast<const Elf64_Ehdr *>(image.data());
  const auto *sections = reinterpret_cast<const Elf64_Shdr *>(image.data() + header->e_shoff);
  for (size_t i = 0; i < header->e_shnum; i++) {
    if (sections[i].sh_type != SHT_SYMTAB)
      continue;
    const auto *symbols = reinterpret_cast<const Elf64_Sym *>(image.data() + sections[i].sh_offset);
    const char *names = image.data() + sections[sections[i].sh_link].sh_offset;
    for (size_t j = 0; j < sections[i].sh_size / sizeof(Elf64_Sym); j++)
      if (name == names + symbols[j].st_name && symbols[j].st_size == template_size)
        return sections[symbols[j].st_shndx].sh_offset + symbols[j].st_value;
  }
  throw NativeError(ENOENT, "load", "the template of " + std::string(name));
}

// The verifier never walks from one instruction of the template to the next: it sees that the jump over them
// is taken.
void fill(std::string &image, const char *name, const std::vector<char> &instructions) {
  const bpf_insn first[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K},
      {.code = BPF_JMP | BPF_JEQ | BPF_K,
       .off = static_cast<__s16>(IPFT_GENERATED - 2 - instructions.size() / sizeof(bpf_insn))},
  };
  if (instructions.size() + sizeof(first) > template_size)
    throw NativeError(E2BIG, "load", name);
  char *function = image.data() + function_offset(image, name);
  memcpy(function, first, sizeof(first));
  memcpy(function + template_size - instructions.size(), instructions.data(), instructions.size());
}

std::string filled_templates(const Replacements &replacements) {
  std::string image(bpf_object_image("generated"));
  if (!replacements.filter.empty())
    fill(image, "ipft_filter", replacements.filter);
  if (!replacements.capture.empty())
    fill(image, "ipft_capture", replacements.capture);
  return image;
}

} // namespace

std::string linked_object(std::string_view programs, const Replacements &replacements) {
  LibbpfLog log;
  UniqueFd result = memory_file({});
  std::unique_ptr<bpf_linker, void (*)(bpf_linker *)> linker(
      bpf_linker__new(path_of(result).c_str(), nullptr), bpf_linker__free);
  if (!linker)
    throw NativeError(errno, "load", "libbpf's linker", log.text());
  auto add = [&](const std::string &path, const std::string &what) {
    if (int error = bpf_linker__add_file(linker.get(), path.c_str(), nullptr))
      throw NativeError(-error, "link", what, log.text());
  };
  UniqueFd own = memory_file(programs);
  add(path_of(own), "the BPF programs");
  UniqueFd generated = memory_file(filled_templates(replacements));
  if (!replacements.filter.empty() || !replacements.capture.empty())
    add(path_of(generated), "the generated functions");
  UniqueFd module = memory_file(std::string_view(replacements.module.data(), replacements.module.size()));
  if (!replacements.module.empty())
    add(path_of(module), "the extension");
  if (int error = bpf_linker__finalize(linker.get()))
    throw NativeError(-error, "link", "the BPF programs", log.text());
  return content_of(result);
}

} // namespace ipft
