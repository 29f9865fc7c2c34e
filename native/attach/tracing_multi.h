// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <bpf/bpf.h>

#include <cstdint>
#include <vector>

namespace ipft {

// Values of enum bpf_attach_type in Linux 7.2, which libbpf 1.1 and headers of its time lack.
inline constexpr auto fentry_multi_type = static_cast<bpf_attach_type>(59);
inline constexpr auto fsession_multi_type = static_cast<bpf_attach_type>(61);

// Creates a link that attaches a tracing program to many functions of vmlinux, by their BTF ids; cookies: one
// for each, or null. Returns an fd, or -1 with errno.
int create_tracing_multi_link(int program, bpf_attach_type type, const uint32_t *ids, const uint64_t *cookies,
                              size_t count);

} // namespace ipft
