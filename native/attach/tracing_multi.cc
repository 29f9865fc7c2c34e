// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "attach/tracing_multi.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace ipft {
namespace {

// The part of union bpf_attr for BPF_LINK_CREATE, as in Linux 7.2.
struct TracingMultiAttributes {
  uint32_t program;
  uint32_t target;
  uint32_t type;
  uint32_t flags;
  uint64_t ids;
  uint64_t cookies;
  uint32_t count;
  uint32_t padding;
};
static_assert(offsetof(TracingMultiAttributes, ids) == offsetof(bpf_attr, link_create.kprobe_multi));

} // namespace

int create_tracing_multi_link(int program, bpf_attach_type type, const uint32_t *ids, const uint64_t *cookies,
                              size_t count) {
  TracingMultiAttributes attributes = {};
  attributes.program = static_cast<uint32_t>(program);
  attributes.type = type;
  attributes.ids = reinterpret_cast<uint64_t>(ids);
  attributes.cookies = reinterpret_cast<uint64_t>(cookies);
  attributes.count = static_cast<uint32_t>(count);
  return static_cast<int>(syscall(SYS_bpf, BPF_LINK_CREATE, &attributes, sizeof(attributes)));
}

} // namespace ipft
