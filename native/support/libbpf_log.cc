// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "support/libbpf_log.h"

#include <bpf/libbpf.h>

#include <cstdarg>
#include <cstdio>

namespace ipft {
namespace {

thread_local std::string *collected = nullptr;

// libbpf has one print function for all threads.
int collect(libbpf_print_level level, const char *format, va_list arguments) {
  if (level == LIBBPF_DEBUG || !collected)
    return 0;
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(nullptr, 0, format, arguments);
  if (length > 0) {
    size_t start = collected->size();
    collected->resize(start + static_cast<size_t>(length) + 1);
    vsnprintf(&(*collected)[start], static_cast<size_t>(length) + 1, format, again);
    collected->pop_back(); // the terminating zero
  }
  va_end(again);
  return length;
}

} // namespace

LibbpfLog::LibbpfLog() : outer_(collected) {
  collected = &text_;
  libbpf_set_print(collect);
}

LibbpfLog::~LibbpfLog() {
  collected = outer_;
}

} // namespace ipft
