// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// The compiled BPF objects are embedded in the addon, so that no files can be missing or outdated. CMake
// writes bpf_objects.inc, with OBJECT(NAME) for each.
#include "session/bpf_objects.h"

#include "support/native_error.h"

#include <cerrno>
#include <map>

#define OBJECT(name)                                                                                         \
  asm(".section .rodata\n"                                                                                   \
      ".balign 8\n"                                                                                          \
      "ipft_bpf_" #name ":\n"                                                                                \
      ".incbin \"" IPFT_BPF_OBJECTS "/" #name ".bpf.o\"\n"                                                   \
      "ipft_bpf_" #name "_end:\n"                                                                            \
      ".previous\n");                                                                                        \
  extern "C" {                                                                                               \
  extern const char ipft_bpf_##name[] __attribute__((visibility("hidden")));                                 \
  extern const char ipft_bpf_##name##_end[] __attribute__((visibility("hidden")));                           \
  }
#include "bpf_objects.inc"
#undef OBJECT

namespace ipft {
namespace {

const std::map<std::string_view, std::string_view> &images() {
  static const std::map<std::string_view, std::string_view> all = {
#define OBJECT(name) {#name, {ipft_bpf_##name, static_cast<size_t>(ipft_bpf_##name##_end - ipft_bpf_##name)}},
#include "bpf_objects.inc"
  };
  return all;
}

} // namespace

std::string_view bpf_object_image(std::string_view name) {
  auto image = images().find(name);
  if (image == images().end())
    throw NativeError(ENOENT, "load", "the BPF object " + std::string(name));
  return image->second;
}

} // namespace ipft
