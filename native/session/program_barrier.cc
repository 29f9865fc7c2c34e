// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/program_barrier.h"

#include "support/native_error.h"

#include <bpf/bpf.h>

#include <cerrno>

namespace ipft {
namespace {

UniqueFd make_map(bpf_map_type type, const bpf_map_create_opts *options) {
  UniqueFd map(bpf_map_create(type, "ipft_barrier", sizeof(__u32), sizeof(__u32), 1, options));
  if (!map)
    throw NativeError(errno, "load", "the map of maps");
  return map;
}

UniqueFd make_outer(int inner) {
  LIBBPF_OPTS(bpf_map_create_opts, options);
  options.inner_map_fd = static_cast<__u32>(inner);
  return make_map(BPF_MAP_TYPE_ARRAY_OF_MAPS, &options);
}

} // namespace

ProgramBarrier::ProgramBarrier()
    : inner_(make_map(BPF_MAP_TYPE_ARRAY, nullptr)), outer_(make_outer(inner_.get())) {}

// Replaces the inner map of a map of maps. A running program may still use the old one, so the kernel waits
// for it; no other operation of bpf(2) waits in this way.
void ProgramBarrier::wait() const {
  __u32 index = 0;
  int inner = inner_.get();
  if (bpf_map_update_elem(outer_.get(), &index, &inner, BPF_ANY) != 0)
    throw NativeError(errno, "load", "the map of maps");
}

} // namespace ipft
