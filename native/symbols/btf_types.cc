// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/btf_types.h"

#include <bpf/btf.h>

namespace ipft {
namespace {

bool is_modifier(const btf_type *type) {
  return btf_is_mod(type) || btf_is_typedef(type) || btf_is_type_tag(type);
}

const char *name_of(const btf *btf, const btf_type *type) {
  return btf__name_by_offset(btf, type->name_off);
}

// "struct sk_buff", "enum {...}", "__u32"
std::string base_name(const btf *btf, const btf_type *type) {
  std::string name = name_of(btf, type);
  const char *keyword = btf_is_any_enum(type) ? "enum "
                        : btf_is_struct(type) ? "struct "
                        : btf_is_union(type)  ? "union "
                        : !btf_is_fwd(type)   ? ""
                        : btf_kflag(type)     ? "union "
                                              : "struct ";
  return keyword + (name.empty() ? "{...}" : name);
}

std::string parameters(const btf *btf, const btf_type *prototype) {
  std::string text;
  for (unsigned i = 0; i < btf_vlen(prototype); i++) {
    uint32_t id = btf_params(prototype)[i].type;
    text += (i == 0 ? "" : ", ") + (id == 0 ? "..." : c_type(btf, id));
  }
  return "(" + (text.empty() ? "void" : text) + ")";
}

std::string declare(const btf *btf, uint32_t id, const std::string &inner);

// "const" stands left of what it qualifies, but right of the asterisk of a pointer.
std::string qualified(const btf *btf, const btf_type *type, const char *word, const std::string &inner) {
  const btf_type *target = btf__type_by_id(btf, type->type);
  if (target && btf_is_ptr(target))
    return declare(btf, type->type, word + (inner.empty() ? "" : " " + inner));
  return std::string(word) + " " + declare(btf, type->type, inner);
}

std::string pointer(const btf *btf, const btf_type *type, const std::string &inner) {
  const btf_type *target = btf__type_by_id(btf, type->type);
  while (target && btf_is_type_tag(target))
    target = btf__type_by_id(btf, target->type);
  bool in_brackets = target && (btf_is_array(target) || btf_is_func_proto(target));
  return declare(btf, type->type, in_brackets ? "(*" + inner + ")" : "*" + inner);
}

std::string with_space(const std::string &base, const std::string &inner) {
  return inner.empty() || inner[0] == '[' ? base + inner : base + " " + inner;
}

// The type of something whose declarator is `inner` so far: C writes them from the inside to the outside.
std::string declare(const btf *btf, uint32_t id, const std::string &inner) {
  const btf_type *type = id == 0 ? nullptr : btf__type_by_id(btf, id);
  if (!type)
    return with_space("void", inner);
  switch (btf_kind(type)) {
  case BTF_KIND_PTR:
    return pointer(btf, type, inner);
  case BTF_KIND_CONST:
    return qualified(btf, type, "const", inner);
  case BTF_KIND_VOLATILE:
    return qualified(btf, type, "volatile", inner);
  case BTF_KIND_RESTRICT:
  case BTF_KIND_TYPE_TAG:
    return declare(btf, type->type, inner);
  case BTF_KIND_FUNC_PROTO:
    return declare(btf, type->type, inner + parameters(btf, type));
  case BTF_KIND_ARRAY: {
    uint32_t length = btf_array(type)->nelems;
    std::string brackets = length == 0 ? "[]" : "[" + std::to_string(length) + "]";
    return declare(btf, btf_array(type)->type, inner + brackets);
  }
  default:
    return with_space(base_name(btf, type), inner);
  }
}

} // namespace

const btf_type *skip_modifiers(const btf *btf, uint32_t id) {
  const btf_type *type = id == 0 ? nullptr : btf__type_by_id(btf, id);
  while (type && is_modifier(type))
    type = type->type == 0 ? nullptr : btf__type_by_id(btf, type->type);
  return type;
}

std::string c_type(const btf *btf, uint32_t id) {
  return declare(btf, id, "");
}

uint64_t size_of(const btf *btf, uint32_t id) {
  int64_t size = id == 0 ? 0 : btf__resolve_size(btf, id);
  return size < 0 ? 0 : static_cast<uint64_t>(size);
}

} // namespace ipft
