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

// Writes NAME_SIZE and the offsets NAME of a structure, `what` of which is said. Returns false if there is no
// BTF of it.
bool write_structure(std::ofstream &output, const btf *types, const char *structure, const char *name,
                     const char *what = "") {
  __s32 id = btf__find_by_name_kind(types, structure, BTF_KIND_STRUCT);
  if (id < 0)
    return false;
  const btf_type *type = btf__type_by_id(types, static_cast<__u32>(id));
  output << "/** sizeof(struct " << structure << "), bytes. */\n"
         << "export const " << name << "_SIZE = " << type->size << ";\n"
         << "/** Offsets in struct " << structure << what << ". */\n"
         << "export const " << name << " = {\n";
  write_members(output, types, type, 0);
  output << "} as const;\n";
  return true;
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
  std::ofstream output(argv[2]);
  output << "// Generated from bpf/ipft.h by native/tools/generate_abi.cc. Do not edit.\n";
  if (!types ||
      !write_structure(output, types, "ipft_row", "ROW",
                       ", one event as it is handed to TypeScript; bytes, little-endian") ||
      !write_structure(output, types, "ipft_geometry", "GEOMETRY") ||
      !write_structure(output, types, "ipft_subject", "SUBJECT") ||
      !write_structure(output, types, "ipft_snap", "SNAP") ||
      !write_structure(output, types, "ipft_step", "STEP")) {
    fprintf(stderr, "generate-abi: %s does not hold BTF of the structures\n", argv[1]);
    return 1;
  }
  output << "/** In ROW.function: the address belongs to no function of the table. */\n";
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
