// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// generate-abi OBJECT OUTPUT: writes TypeScript's view of struct ipft_row from the BTF of the compiled
// header, so that the layout is defined only in bpf/ipft.h.
#include <bpf/btf.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

namespace {

void write_members(std::ofstream &output, const btf *types, const btf_type *structure, size_t base) {
  const btf_member *members = btf_members(structure);
  for (unsigned i = 0; i < btf_vlen(structure); i++) {
    size_t offset = base + btf_member_bit_offset(structure, i) / 8;
    __s32 id = btf__resolve_type(types, members[i].type);
    const btf_type *type = btf__type_by_id(types, static_cast<__u32>(id));
    if (btf_is_composite(type)) {
      write_members(output, types, type, offset);
      continue;
    }
    output << "  " << btf__str_by_offset(types, members[i].name_off) << ": " << offset << ", // ";
    if (btf_is_array(type))
      output << btf_array(type)->nelems << " bytes\n";
    else
      output << "u" << type->size * 8 << "\n";
  }
}

const btf_type *find_structure(const btf *types, const char *name) {
  __s32 id = types ? btf__find_by_name_kind(types, name, BTF_KIND_STRUCT) : -1;
  return id < 0 ? nullptr : btf__type_by_id(types, static_cast<__u32>(id));
}

void write_constant(std::ofstream &output, const btf *types, const char *enum_name) {
  __s32 id = btf__find_by_name_kind(types, enum_name, BTF_KIND_ENUM);
  const btf_type *type = id < 0 ? nullptr : btf__type_by_id(types, static_cast<__u32>(id));
  for (unsigned i = 0; type && i < btf_vlen(type); i++) {
    std::string name = btf__str_by_offset(types, btf_enum(type)[i].name_off);
    output << "export const " << name.substr(strlen("IPFT_")) << " = "
           << static_cast<__u32>(btf_enum(type)[i].val) << ";\n";
  }
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: generate-abi OBJECT OUTPUT\n");
    return 2;
  }
  btf *types = btf__parse(argv[1], nullptr);
  const btf_type *row = find_structure(types, "ipft_row");
  const btf_type *geometry = find_structure(types, "ipft_geometry");
  const btf_type *snap = find_structure(types, "ipft_snap");
  const btf_type *step = find_structure(types, "ipft_step");
  const btf_type *subject = find_structure(types, "ipft_subject");
  if (!row || !geometry || !snap || !step || !subject) {
    fprintf(stderr, "generate-abi: %s does not hold BTF of the structures\n", argv[1]);
    return 1;
  }
  std::ofstream output(argv[2]);
  output
      << "// Generated from bpf/ipft.h by native/tools/generate_abi.cc. Do not edit.\n"
      << "/** sizeof(struct ipft_row), bytes. */\n"
      << "export const ROW_SIZE = " << row->size << ";\n"
      << "/** Offsets in struct ipft_row, one event as it is handed to TypeScript; bytes, little-endian. */\n"
      << "export const ROW = {\n";
  write_members(output, types, row, 0);
  output << "} as const;\n"
         << "/** sizeof(struct ipft_geometry), bytes. */\n"
         << "export const GEOMETRY_SIZE = " << geometry->size << ";\n"
         << "/** Offsets in struct ipft_geometry. */\n"
         << "export const GEOMETRY = {\n";
  write_members(output, types, geometry, 0);
  output << "} as const;\n"
         << "/** sizeof(struct ipft_subject), bytes. */\n"
         << "export const SUBJECT_SIZE = " << subject->size << ";\n"
         << "/** Offsets in struct ipft_subject. */\n"
         << "export const SUBJECT = {\n";
  write_members(output, types, subject, 0);
  output << "} as const;\n"
         << "/** sizeof(struct ipft_snap), bytes. */\n"
         << "export const SNAP_SIZE = " << snap->size << ";\n"
         << "/** Offsets in struct ipft_snap. */\n"
         << "export const SNAP = {\n";
  write_members(output, types, snap, 0);
  output << "} as const;\n"
         << "/** sizeof(struct ipft_step), bytes. */\n"
         << "export const STEP_SIZE = " << step->size << ";\n"
         << "/** Offsets in struct ipft_step. */\n"
         << "export const STEP = {\n";
  write_members(output, types, step, 0);
  output << "} as const;\n"
         << "/** In ROW.function: the address belongs to no function of the table. */\n";
  write_constant(output, types, "ipft_function");
  output << "/** Bits of ROW.flags, see enum ipft_flags. */\n";
  write_constant(output, types, "ipft_flags");
  output << "/** See enum ipft_relation. */\n";
  write_constant(output, types, "ipft_relation");
  output << "/** Bits of SNAP.flags. */\n";
  write_constant(output, types, "ipft_snap_flags");
  output << "/** See enum ipft_no_place. */\n";
  write_constant(output, types, "ipft_no_place");
  output << "/** Bytes, see enum ipft_sizes. */\n";
  write_constant(output, types, "ipft_sizes");
  output << "/** Bytes, see enum ipft_memory_sizes. */\n";
  write_constant(output, types, "ipft_memory_sizes");
  output << "/** See enum ipft_way_sizes. */\n";
  write_constant(output, types, "ipft_way_sizes");
  output << "/** See enum ipft_candidates. */\n";
  write_constant(output, types, "ipft_candidates");
  output.close();
  btf__free(types);
  if (!output) {
    fprintf(stderr, "generate-abi: cannot write %s\n", argv[2]);
    return 1;
  }
  return 0;
}
