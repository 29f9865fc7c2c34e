// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/known_functions.h"
#include "symbols/prototypes.h"
#include "types/value_type.h"

#include <string>
#include <vector>

struct btf;

namespace ipft {

// Adds what prototypes do not say about some functions: add_knowledge() reason and bytes, add_role() the
// role.
void add_knowledge(Function &function);
void add_role(Function &function);

// True if the first skb of the function is not a packet yet: it becomes a copy of the second one.
bool fills_first(const Function &function);

// Every function in the BTF of the kernel and its modules that takes a `struct sk_buff *` or `struct sk_buff
// **`, through typedefs and qualifiers, with position and register of the first such argument in a register
// (System V AMD64 calling convention), and the return type. One entry per name and module; if prototypes of a
// name disagree, it is marked ambiguous, or its return type is unknown.
class SkbFunctions {
public:
  explicit SkbFunctions(const btf *kernel);

  // Adds vmlinux's functions, and removes those that its BTF describes from `known_elsewhere`.
  void add_kernel(KnownFunctions &known_elsewhere);
  // `module`: the module's BTF, split from the kernel's.
  void add_module(const btf *module, const std::string &name);

  std::vector<Function> take();

  std::vector<ReturnType> take_return_types() { return return_types_.take(); }

private:
  void add(const btf *btf, Prototypes &prototypes, uint32_t first_id, const std::string &module,
           KnownFunctions *known_elsewhere = nullptr);

  const btf *kernel_;
  Prototypes prototypes_; // for the kernel's types
  uint32_t kernel_types_;
  ReturnTypes return_types_;
  std::vector<Function> functions_;
};

} // namespace ipft
