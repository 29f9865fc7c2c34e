// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "extension/event_struct.h"

#include "types/btf_check.h"
#include "support/libbpf_log.h"
#include "support/memory_file.h"
#include "types/btf_types.h"

#include <linux/types.h>
#include "ipft.h"

#include <bpf/btf.h>

#include <memory>

namespace ipft {
namespace {

using Btf = std::unique_ptr<btf, void (*)(btf *)>;

constexpr char event_variable[] = "__ipft_event_struct";
constexpr std::string_view tag_prefix = "ipft:fmt:";

Btf parse(std::string_view object) {
  LibbpfLog log;
  UniqueFd file = memory_file(object);
  Btf parsed(btf__parse_elf(path_of(file).c_str(), nullptr), btf__free);
  if (!parsed)
    throw BadExtension{"it is not a BPF object with BTF; clang -target bpf -O2 -g makes one"};
  if (!is_sound(parsed.get()))
    throw BadExtension{"its BTF is damaged: it refers to types or strings that it does not have"};
  return parsed;
}

// The type with this name and of this kind; null if there is none.
const btf_type *find(const btf *btf, const std::string &name, uint32_t kind) {
  int32_t id = btf__find_by_name_kind(btf, name.c_str(), kind);
  return id < 0 ? nullptr : btf__type_by_id(btf, id);
}

void check_module(const btf *btf) {
  const btf_type *function = find(btf, "module", BTF_KIND_FUNC);
  if (function == nullptr)
    throw BadExtension{"it has no function module(void *ctx, struct sk_buff *skb, __u8 data[64])"};
  if (btf_vlen(btf__type_by_id(btf, function->type)) != 3)
    throw BadExtension{"its module() does not take (void *ctx, struct sk_buff *skb, __u8 data[64])"};
}

// The text after `ipft:fmt:` in the member's tag; empty if it has none.
std::string tag_of(const btf *btf, uint32_t struct_id, int member) {
  uint32_t count = btf__type_cnt(btf);
  for (uint32_t id = 1; id < count; id++) {
    const btf_type *type = btf__type_by_id(btf, id);
    if (!btf_is_decl_tag(type) || type->type != struct_id || btf_decl_tag(type)->component_idx != member)
      continue;
    std::string_view text = btf__name_by_offset(btf, type->name_off);
    if (text.substr(0, tag_prefix.size()) == tag_prefix)
      return std::string(text.substr(tag_prefix.size()));
  }
  return {};
}

// The enumerators that a tag refers to: by a variable (__ipft_ref), or by the name of an enum.
EnumMembers referenced(const btf *btf, const std::string &name, const std::string &member) {
  const btf_type *variable = find(btf, name, BTF_KIND_VAR);
  const btf_type *type = variable != nullptr ? skip_modifiers(btf, variable->type) : nullptr;
  if (type == nullptr)
    type = find(btf, name, BTF_KIND_ENUM);
  if (type == nullptr)
    type = find(btf, name, BTF_KIND_ENUM64);
  if (type == nullptr || !btf_is_any_enum(type))
    throw BadExtension{"the format of " + member + " names '" + name +
                       "', which is not an enum with __ipft_ref"};
  return enum_members(btf, type);
}

bool is_integer(const std::string &kind) {
  return kind == "unsigned" || kind == "signed" || kind == "enum" || kind == "pointer";
}

void set_format(const btf *btf, const std::string &tag, EventMember &member) {
  if (tag.empty())
    return;
  size_t colon = tag.find(':');
  member.format = tag.substr(0, colon);
  bool refers = colon != std::string::npos;
  if (!(member.format == "hex" && !refers) &&
      !((member.format == "enum" || member.format == "enum_flags") && refers))
    throw BadExtension{"the format of " + member.name + " is unknown: " + std::string(tag_prefix) + tag};
  if (!is_integer(member.kind))
    throw BadExtension{"the format of " + member.name + " is for integers, but it is not an integer"};
  if (refers)
    member.names = referenced(btf, tag.substr(colon + 1), member.name);
}

bool is_char(const btf *btf, const btf_type *type) {
  return btf_is_int(type) && type->size == 1 &&
         ((btf_int_encoding(type) & BTF_INT_CHAR) != 0 ||
          std::string_view(btf__name_by_offset(btf, type->name_off)) == "char");
}

// Empty if the type cannot be shown.
std::string kind_of(const btf *btf, const btf_type *type) {
  if (type == nullptr)
    return {};
  if (btf_is_ptr(type))
    return "pointer";
  if (btf_is_any_enum(type))
    return "enum";
  if (btf_is_int(type) && type->size <= 8) {
    if (is_char(btf, type))
      return "char";
    if ((btf_int_encoding(type) & BTF_INT_BOOL) != 0)
      return "bool";
    return (btf_int_encoding(type) & BTF_INT_SIGNED) != 0 ? "signed" : "unsigned";
  }
  if (!btf_is_array(type))
    return {};
  const btf_type *element = skip_modifiers(btf, btf_array(type)->type);
  if (element == nullptr || !btf_is_int(element) || element->size != 1)
    return {};
  return is_char(btf, element) ? "chars" : "bytes";
}

// Sets where the member is, `bits` from the beginning of the event: the bytes of its type that contain it.
void set_location(const btf_type *event, uint32_t bits, EventMember &member) {
  constexpr uint32_t most_bytes = 8;
  bool is_text = member.kind == "chars" || member.kind == "bytes";
  bool has_size = member.size > 0 && (is_text || member.size <= most_bytes);
  if (has_size && member.bit_size == 0) {
    member.offset = bits / 8;
  } else if (has_size) {
    member.offset = bits / 8 / member.size * member.size;
    member.bit_offset = bits - member.offset * 8;
  }
  if (!has_size || uint64_t{member.offset} + member.size > event->size ||
      uint64_t{member.bit_offset} + member.bit_size > uint64_t{member.size} * 8)
    throw BadExtension{"its event's " + member.name +
                       " is not within its own bytes: a packed bit-field is not, for example"};
}

EventMember read_member(const btf *btf, uint32_t struct_id, const btf_type *event, int index) {
  const btf_member &raw = btf_members(event)[index];
  const btf_type *type = skip_modifiers(btf, raw.type);
  EventMember member = {};
  member.name = btf__name_by_offset(btf, raw.name_off);
  member.kind = kind_of(btf, type);
  if (member.kind.empty())
    throw BadExtension{
        "its event's " + member.name + " is a " + c_type(btf, raw.type) +
        ", which cannot be shown: an integer, a bool, a char, a pointer, or an array of char can"};
  uint32_t bits = btf_member_bit_offset(event, index);
  member.size = static_cast<uint32_t>(size_of(btf, raw.type));
  member.bit_size = btf_member_bitfield_size(event, index);
  set_location(event, bits, member);
  if (member.kind == "enum")
    member.names = enum_members(btf, type);
  set_format(btf, tag_of(btf, struct_id, index), member);
  return member;
}

} // namespace

std::vector<EventMember> read_event_struct(std::string_view object, bool may_lack) {
  Btf parsed = parse(object);
  const btf *btf = parsed.get();
  check_module(btf);
  const btf_type *variable = find(btf, event_variable, BTF_KIND_VAR);
  if (variable == nullptr) {
    if (may_lack)
      return {};
    throw BadExtension{
        "no struct in it is marked by __ipft_event_struct, so it is unknown what module() writes"};
  }
  const btf_type *event = skip_modifiers(btf, variable->type);
  if (event == nullptr || !btf_is_struct(event))
    throw BadExtension{"__ipft_event_struct does not mark a struct"};
  if (event->size > IPFT_MODULE_DATA)
    throw BadExtension{"its event has " + std::to_string(event->size) + " bytes, of at most " +
                       std::to_string(IPFT_MODULE_DATA)};
  uint32_t struct_id = variable->type;
  while (btf__type_by_id(btf, struct_id) != event)
    struct_id = btf__type_by_id(btf, struct_id)->type;
  std::vector<EventMember> members;
  for (int i = 0; i < btf_vlen(event); i++)
    members.push_back(read_member(btf, struct_id, event, i));
  return members;
}

} // namespace ipft
