// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
//
// The compiled BPF objects, inside the addon: some files less that can be missing or stale.
#include "session/bpf_objects.h"

#include "support/native_error.h"

#include <cerrno>

#define EMBED(name)                                                                                          \
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

#define IMAGE(name)                                                                                          \
  { ipft_bpf_##name, static_cast<size_t>(ipft_bpf_##name##_end - ipft_bpf_##name) }

EMBED(capture)
EMBED(fentry)
EMBED(fentry_graph)
EMBED(fentry_multi)
EMBED(filter)
EMBED(fsession_multi)
EMBED(kprobe)
EMBED(kprobe_graph)
EMBED(kprobe_session)
EMBED(tracepoint)
EMBED(xdp)

namespace ipft {

std::string_view bpf_object_image(std::string_view name) {
  if (name == "capture")
    return IMAGE(capture);
  if (name == "fentry")
    return IMAGE(fentry);
  if (name == "fentry_graph")
    return IMAGE(fentry_graph);
  if (name == "fentry_multi")
    return IMAGE(fentry_multi);
  if (name == "filter")
    return IMAGE(filter);
  if (name == "fsession_multi")
    return IMAGE(fsession_multi);
  if (name == "kprobe")
    return IMAGE(kprobe);
  if (name == "kprobe_graph")
    return IMAGE(kprobe_graph);
  if (name == "kprobe_session")
    return IMAGE(kprobe_session);
  if (name == "tracepoint")
    return IMAGE(tracepoint);
  if (name == "xdp")
    return IMAGE(xdp);
  throw NativeError(ENOENT, "load", "the BPF object " + std::string(name));
}

} // namespace ipft
