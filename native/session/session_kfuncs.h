// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

struct bpf_program;
struct btf;

namespace ipft {

// Puts the BTF ids of the session's kfuncs (Linux 6.10) into a program that includes session_kfuncs.h, before
// it is loaded. libbpf would compare a declaration with the kernel's, which exists in two versions. Throws
// NativeError.
void resolve_session_kfuncs(bpf_program *program, const btf *kernel);

} // namespace ipft
