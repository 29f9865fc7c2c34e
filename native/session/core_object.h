// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/libbpf_log.h"
#include "support/unique_fd.h"

#include <memory>
#include <string_view>

struct bpf_object;
struct btf;

namespace ipft {

using BpfObject = std::unique_ptr<bpf_object, void (*)(bpf_object *)>;

// An opened object that can be loaded.
struct CoreObject {
  BpfObject object;
  UniqueFd types; // BTF that CO-RE relocates against; must be kept until the object is loaded
};

// `kernel`: the running kernel's BTF. Throws NativeError with libbpf's log.
CoreObject open_core_object(std::string_view image, const btf *kernel, const LibbpfLog &log);

} // namespace ipft
