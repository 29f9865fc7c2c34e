// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/native_error.h"

#include <uv.h>

namespace ipft {

// Owns an initialised uv handle. libuv needs the memory until the handle's close callback has run, so it is
// freed there.
template <typename Handle> class UvHandle {
public:
  // `init` is passed the handle, and returns 0 or a negative errno, for which NativeError is thrown.
  template <typename Init> UvHandle(void *data, Init init) : handle_(new Handle) {
    handle_->data = data;
    int error = init(handle_);
    if (error == 0)
      return;
    delete handle_;
    throw NativeError(-error, "ring buffer", "event loop");
  }
  UvHandle(const UvHandle &) = delete;
  UvHandle &operator=(const UvHandle &) = delete;
  ~UvHandle() {
    uv_close(reinterpret_cast<uv_handle_t *>(handle_),
             [](uv_handle_t *closed) { delete reinterpret_cast<Handle *>(closed); });
  }

  Handle *get() const { return handle_; }

private:
  Handle *handle_;
};

} // namespace ipft
