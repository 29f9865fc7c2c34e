// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "filter/pcap_compile.h"

#include "support/native_error.h"

#include <cerrno>
#include <dlfcn.h>
#include <memory>

namespace ipft {
namespace {

// The parts of pcap/pcap.h and pcap/bpf.h that are used here.
struct pcap;
struct bpf_program {
  unsigned int length;
  ClassicInstruction *instructions;
};
constexpr uint32_t netmask_unknown = 0xffffffff;
constexpr int optimize = 1;
constexpr int snapshot_length = 262144;

// File names of the library: Debian's, and those of other distributions.
constexpr const char *library_names[] = {"libpcap.so.0.8", "libpcap.so.1", "libpcap.so"};

void *open_library() {
  for (const char *name : library_names)
    if (void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL))
      return library;
  throw NativeError(ENOENT, "libpcap", "loading libpcap");
}

class Libpcap {
public:
  static const Libpcap &get() {
    static const Libpcap libpcap(open_library());
    return libpcap;
  }

  pcap *(*open_dead)(int, int);
  int (*compile)(pcap *, bpf_program *, const char *, int, uint32_t);
  char *(*geterr)(pcap *);
  void (*freecode)(bpf_program *);
  void (*close)(pcap *);

private:
  // The library is never unloaded.
  explicit Libpcap(void *library) {
    resolve(library, "pcap_open_dead", open_dead);
    resolve(library, "pcap_compile", compile);
    resolve(library, "pcap_geterr", geterr);
    resolve(library, "pcap_freecode", freecode);
    resolve(library, "pcap_close", close);
  }

  template <typename Function> void resolve(void *library, const char *name, Function &function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    if (function == nullptr)
      throw NativeError(ENOSYS, "libpcap", std::string("libpcap has no ") + name);
  }
};

} // namespace

CompiledFilter compile_filter(const std::string &expression, int link_type) {
  const Libpcap &libpcap = Libpcap::get();
  std::unique_ptr<pcap, void (*)(pcap *)> handle(libpcap.open_dead(link_type, snapshot_length),
                                                 libpcap.close);
  if (!handle)
    throw NativeError(ENOMEM, "libpcap", "opening libpcap");
  bpf_program program = {};
  if (libpcap.compile(handle.get(), &program, expression.c_str(), optimize, netmask_unknown) != 0)
    return {{}, libpcap.geterr(handle.get())};
  CompiledFilter filter = {{program.instructions, program.instructions + program.length}, {}};
  libpcap.freecode(&program);
  return filter;
}

} // namespace ipft
