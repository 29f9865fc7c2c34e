// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/core_types.h"

#include "support/native_error.h"

#include <bpf/btf.h>
#include <sys/mman.h>

#include <cerrno>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace ipft {
namespace {

int checked(int id) {
  if (id < 0)
    throw NativeError(-id, "load", "reducing the kernel's BTF");
  return id;
}

class Reducer {
public:
  explicit Reducer(const btf *kernel) : kernel_(kernel), reduced_(btf__new_empty(), btf__free) {
    if (!reduced_)
      throw NativeError(errno, "load", "reducing the kernel's BTF");
    pointer_ = checked(btf__add_ptr(reduced_.get(), 0));
    index_ = checked(btf__add_int(reduced_.get(), "__ARRAY_SIZE_TYPE__", 4, 0));
  }

  // Copies a type and returns its id in the reduced BTF. Pointers are not followed, so the recursion ends.
  int copy(uint32_t id) {
    auto known = copied_.find(id);
    if (known != copied_.end())
      return known->second;
    int added = add(btf__type_by_id(kernel_, id));
    copied_.emplace(id, added);
    return added;
  }

  const btf *get() const { return reduced_.get(); }

private:
  int add(const btf_type *type) {
    if (btf_is_mod(type) || btf_is_typedef(type) || btf_is_type_tag(type))
      return type->type == 0 ? 0 : copy(type->type);
    if (btf_is_ptr(type))
      return pointer_;
    if (btf_is_array(type))
      return checked(
          btf__add_array(reduced_.get(), index_, copy(btf_array(type)->type), btf_array(type)->nelems));
    if (btf_is_composite(type))
      return add_composite(type);
    return checked(btf__add_type(reduced_.get(), kernel_, type));
  }

  int add_composite(const btf_type *type) {
    unsigned count = btf_vlen(type);
    std::vector<int> types(count);
    for (unsigned i = 0; i < count; i++)
      types[i] = copy(btf_members(type)[i].type);
    const char *name = btf__name_by_offset(kernel_, type->name_off);
    int id = checked(btf_is_struct(type) ? btf__add_struct(reduced_.get(), name, type->size)
                                         : btf__add_union(reduced_.get(), name, type->size));
    for (unsigned i = 0; i < count; i++)
      checked(btf__add_field(reduced_.get(), btf__name_by_offset(kernel_, btf_members(type)[i].name_off),
                             types[i], btf_member_bit_offset(type, i), btf_member_bitfield_size(type, i)));
    return id;
  }

  const btf *kernel_;
  std::unique_ptr<btf, decltype(&btf__free)> reduced_;
  std::unordered_map<uint32_t, int> copied_;
  int pointer_ = 0;
  int index_ = 0;
};

std::unordered_set<std::string_view> composite_names(const btf *program) {
  std::unordered_set<std::string_view> names;
  for (uint32_t id = 1; id < btf__type_cnt(program); id++) {
    const btf_type *type = btf__type_by_id(program, id);
    if (btf_is_composite(type) && type->name_off != 0)
      names.insert(btf__name_by_offset(program, type->name_off));
  }
  return names;
}

} // namespace

UniqueFd core_types(const btf *program, const btf *kernel) {
  auto names = composite_names(program);
  Reducer reducer(kernel);
  for (uint32_t id = 1; id < btf__type_cnt(kernel); id++) {
    const btf_type *type = btf__type_by_id(kernel, id);
    if (btf_is_composite(type) && type->name_off != 0 &&
        names.count(btf__name_by_offset(kernel, type->name_off)) > 0)
      reducer.copy(id);
  }
  uint32_t size = 0;
  const void *data = btf__raw_data(reducer.get(), &size);
  UniqueFd file(memfd_create("ipft-btf", MFD_CLOEXEC));
  if (!data || !file || write(file.get(), data, size) != static_cast<ssize_t>(size))
    throw NativeError(errno, "load", "writing the reduced BTF");
  return file;
}

} // namespace ipft
