// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/core_object.h"

#include "session/core_types.h"
#include "support/native_error.h"

#include <bpf/libbpf.h>

#include <cerrno>
#include <string>

namespace ipft {
namespace {

// `types_path`: file with the BTF that CO-RE relocates against; null: the kernel's complete BTF.
BpfObject open_object(std::string_view image, const char *types_path, const LibbpfLog &log) {
  LIBBPF_OPTS(bpf_object_open_opts, options);
  options.object_name = "ipft";
  options.btf_custom_path = types_path;
  BpfObject object(bpf_object__open_mem(image.data(), image.size(), &options), bpf_object__close);
  if (!object)
    throw NativeError(errno, "load", "the BPF object", log.text());
  return object;
}

} // namespace

CoreObject open_core_object(std::string_view image, const btf *kernel, const LibbpfLog &log) {
  UniqueFd types = core_types(bpf_object__btf(open_object(image, nullptr, log).get()), kernel);
  std::string path = "/proc/self/fd/" + std::to_string(types.get());
  return {open_object(image, path.c_str(), log), std::move(types)};
}

} // namespace ipft
