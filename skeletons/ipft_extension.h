/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What an extension in C tells ipft with. `ipft --gen bpf-module-header` prints it. */
#ifndef IPFT_EXTENSION_H
#define IPFT_EXTENSION_H

#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/* Variables that only BTF has a use for. */
#define IPFT_TYPE_ONLY __attribute__((section("__ipft_skip")))
#define IPFT_FORMAT(text) __attribute__((btf_decl_tag("ipft:fmt:" text)))

/* Behind the struct whose members are the fields. */
#define __ipft_event_struct __ipft_event_struct IPFT_TYPE_ONLY
/* Behind an enum: gives it the name by which formats refer to it. */
#define __ipft_ref(name) name IPFT_TYPE_ONLY

/* Behind a member: in hex; the enumerator's name; the names of all bits that are set. */
#define __ipft_fmt_hex IPFT_FORMAT("hex")
#define __ipft_fmt_enum(ref) IPFT_FORMAT("enum:" #ref)
#define __ipft_fmt_enum_flags(ref) IPFT_FORMAT("enum_flags:" #ref)

#endif
