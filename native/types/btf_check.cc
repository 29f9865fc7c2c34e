// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "types/btf_check.h"

#include <bpf/btf.h>

#include <cstdint>

namespace ipft {
namespace {

// The same limit as libbpf's.
constexpr unsigned most_modifiers = 32;

class Check {
public:
  explicit Check(const btf *btf) : btf_(btf), count_(btf__type_cnt(btf)) {}

  bool all() const {
    for (uint32_t id = 1; id < count_; id++) {
      const btf_type *type = btf__type_by_id(btf_, id);
      if (!name(type->name_off) || !parts(type) || !ends(type))
        return false;
    }
    return true;
  }

private:
  bool name(uint32_t offset) const { return btf__name_by_offset(btf_, offset) != nullptr; }
  bool type(uint32_t id) const { return id < count_; }

  template <typename Each> static bool each(const btf_type *type, Each check) {
    for (unsigned i = 0; i < btf_vlen(type); i++)
      if (!check(i))
        return false;
    return true;
  }

  static bool refers(const btf_type *type) {
    return btf_is_ptr(type) || btf_is_mod(type) || btf_is_typedef(type) || btf_is_type_tag(type) ||
           btf_is_var(type) || btf_is_decl_tag(type);
  }

  bool is_prototype(uint32_t id) const {
    return id != 0 && type(id) && btf_is_func_proto(btf__type_by_id(btf_, id));
  }

  // True if all names and types exist that the type refers to, as members or otherwise.
  bool parts(const btf_type *of) const {
    if (refers(of))
      return type(of->type);
    if (btf_is_func(of))
      return is_prototype(of->type);
    if (btf_is_array(of))
      return type(btf_array(of)->type) && type(btf_array(of)->index_type);
    if (btf_is_composite(of))
      return each(
          of, [&](unsigned i) { return name(btf_members(of)[i].name_off) && type(btf_members(of)[i].type); });
    if (btf_is_enum(of))
      return each(of, [&](unsigned i) { return name(btf_enum(of)[i].name_off); });
    if (btf_is_enum64(of))
      return each(of, [&](unsigned i) { return name(btf_enum64(of)[i].name_off); });
    if (btf_is_func_proto(of))
      return type(of->type) && each(of, [&](unsigned i) {
               return name(btf_params(of)[i].name_off) && type(btf_params(of)[i].type);
             });
    if (btf_is_datasec(of))
      return each(of, [&](unsigned i) { return type(btf_var_secinfos(of)[i].type); });
    return true;
  }

  // True if the chain of modifiers and typedefs before a type is finite.
  bool ends(const btf_type *of) const {
    for (unsigned i = 0; i < most_modifiers; i++) {
      if (!btf_is_mod(of) && !btf_is_typedef(of) && !btf_is_type_tag(of))
        return true;
      if (of->type == 0)
        return true;
      if (!type(of->type))
        return false;
      of = btf__type_by_id(btf_, of->type);
    }
    return false;
  }

  const btf *btf_;
  uint32_t count_;
};

} // namespace

bool is_sound(const btf *btf) {
  return Check(btf).all();
}

} // namespace ipft
