// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "types/btf_types.h"

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

std::string with_space(const std::string &base, const std::string &inner) {
  return inner.empty() || inner[0] == '[' ? base + inner : base + " " + inner;
}

// Writes the type of a declaration whose declarator is `inner` so far: C declarators are written from the
// inside to the outside.
class Declaration {
public:
  explicit Declaration(const btf *btf) : btf_(btf) {}

  std::string declare(uint32_t id, const std::string &inner) {
    const btf_type *type = id == 0 ? nullptr : btf__type_by_id(btf_, id);
    if (!type)
      return with_space("void", inner);
    if (left_ == 0)
      return with_space("...", inner);
    left_--;
    switch (btf_kind(type)) {
    case BTF_KIND_PTR:
      return pointer(type, inner);
    case BTF_KIND_CONST:
      return qualified(type, "const", inner);
    case BTF_KIND_VOLATILE:
      return qualified(type, "volatile", inner);
    case BTF_KIND_RESTRICT:
    case BTF_KIND_TYPE_TAG:
      return declare(type->type, inner);
    case BTF_KIND_FUNC_PROTO:
      return declare(type->type, inner + parameters(type));
    case BTF_KIND_ARRAY: {
      uint32_t length = btf_array(type)->nelems;
      std::string brackets = length == 0 ? "[]" : "[" + std::to_string(length) + "]";
      return declare(btf_array(type)->type, inner + brackets);
    }
    default:
      return with_space(base_name(btf_, type), inner);
    }
  }

private:
  std::string parameters(const btf_type *prototype) {
    std::string text;
    for (unsigned i = 0; i < btf_vlen(prototype) && left_ > 0; i++) {
      uint32_t id = btf_params(prototype)[i].type;
      text += (i == 0 ? "" : ", ") + (id == 0 ? "..." : declare(id, ""));
    }
    return "(" + (text.empty() ? "void" : text) + ")";
  }

  // "const" goes left of the type that it qualifies, but right of a pointer's asterisk.
  std::string qualified(const btf_type *type, const char *word, const std::string &inner) {
    const btf_type *target = btf__type_by_id(btf_, type->type);
    if (target && btf_is_ptr(target))
      return declare(type->type, word + (inner.empty() ? "" : " " + inner));
    return std::string(word) + " " + declare(type->type, inner);
  }

  std::string pointer(const btf_type *type, const std::string &inner) {
    const btf_type *target = btf__type_by_id(btf_, type->type);
    while (target && btf_is_type_tag(target))
      target = btf__type_by_id(btf_, target->type);
    bool in_brackets = target && (btf_is_array(target) || btf_is_func_proto(target));
    return declare(type->type, in_brackets ? "(*" + inner + ")" : "*" + inner);
  }

  const btf *btf_;
  // Types that may still be written: a limit for a user's BTF, whose types may be endless.
  unsigned left_ = 256;
};

} // namespace

const btf_type *skip_modifiers(const btf *btf, uint32_t id) {
  const btf_type *type = id == 0 ? nullptr : btf__type_by_id(btf, id);
  while (type && is_modifier(type))
    type = type->type == 0 ? nullptr : btf__type_by_id(btf, type->type);
  return type;
}

std::string c_type(const btf *btf, uint32_t id) {
  return Declaration(btf).declare(id, "");
}

uint64_t size_of(const btf *btf, uint32_t id) {
  int64_t size = id == 0 ? 0 : btf__resolve_size(btf, id);
  return size < 0 ? 0 : static_cast<uint64_t>(size);
}

} // namespace ipft
