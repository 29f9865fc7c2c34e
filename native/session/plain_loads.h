// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>

struct btf;

namespace ipft {

// Ids in vmlinux's BTF of what programs need to load from an skb without a helper. All are 0 where the kernel
// lacks it: bpf_rdonly_cast() came with Linux 6.2 (fd264ca02094).
// Where a file stands for the kernel's BTF, the kernel may have other ids, or none.
struct PlainLoads {
  uint32_t rdonly_cast = 0;
  uint32_t sk_buff = 0;
  uint32_t shared_info = 0;
  uint32_t word = 0; // timespec64: a structure whose first member is a number of 64 bits
};

const PlainLoads &plain_loads(const btf *kernel);

} // namespace ipft
