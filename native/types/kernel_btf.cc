// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "types/kernel_btf.h"

#include "support/libbpf_log.h"
#include "support/native_error.h"

#include <bpf/btf.h>

#include <cerrno>
#include <map>
#include <memory>

namespace ipft {

const btf *kernel_btf(const std::string &path) {
  static std::map<std::string, std::unique_ptr<btf, decltype(&btf__free)>> parsed;
  auto known = parsed.find(path);
  if (known != parsed.end())
    return known->second.get();
  LibbpfLog log;
  std::unique_ptr<btf, decltype(&btf__free)> kernel(btf__parse(path.c_str(), nullptr), btf__free);
  if (!kernel)
    throw NativeError(errno, "btf", path, log.text());
  return parsed.emplace(path, std::move(kernel)).first->second.get();
}

} // namespace ipft
