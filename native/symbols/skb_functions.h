// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/known_functions.h"
#include "symbols/prototypes.h"
#include "types/value_type.h"

#include <string>
#include <vector>

struct btf;

namespace ipft {

// What prototypes do not tell about some functions: reason and bytes; and role.
void add_knowledge(Function &function);
void add_role(Function &function);

// The first skb of such a function is not made yet: it becomes a copy of the second one.
bool fills_first(const Function &function);

// Every function in the kernel's BTF, and in those of modules, that takes a `struct sk_buff *` or
// `struct sk_buff **`, through typedefs and qualifiers, with the position and register of the first such
// argument that a register carries (System V AMD64 calling convention), and what they return. One entry per
// name and module; a name whose prototypes disagree is marked ambiguous, or what it returns is unknown.
class SkbFunctions {
public:
  explicit SkbFunctions(const btf *kernel);

  // vmlinux's. Strikes what its BTF describes from `known_elsewhere`.
  void add_kernel(KnownFunctions &known_elsewhere);
  // `module`: its BTF, split from the kernel's.
  void add_module(const btf *module, const std::string &name);

  std::vector<Function> take();

  std::vector<ReturnType> take_return_types() { return return_types_.take(); }

private:
  void add(const btf *btf, Prototypes &prototypes, uint32_t first_id, const std::string &module,
           KnownFunctions *known_elsewhere = nullptr);

  const btf *kernel_;
  Prototypes prototypes_; // of the kernel's types
  uint32_t kernel_types_;
  ReturnTypes return_types_;
  std::vector<Function> functions_;
};

} // namespace ipft
