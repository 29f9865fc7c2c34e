// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/memory_reader.h"

#include "session/bpf_objects.h"
#include "support/mapped_map.h"
#include "support/native_error.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>

namespace ipft {

MemoryReader::MemoryReader(const btf *kernel) : object_(nullptr, bpf_object__close) {
  LibbpfLog log;
  CoreObject opened = open_core_object(bpf_object_image("memory"), kernel, log);
  object_ = std::move(opened.object);
  if (int error = bpf_object__load(object_.get()))
    throw NativeError(-error, "load", "the BPF program that reads the kernel's memory", log.text());
  program_ = bpf_program__fd(bpf_object__find_program_by_name(object_.get(), "ipft_memory"));
  mapping_ = mapped_map(bpf_object__find_map_fd_by_name(object_.get(), "memory"), PROT_READ | PROT_WRITE);
}

// From Linux 5.10 on, programs of raw tracepoints can be run in the calling thread.
std::string_view MemoryReader::read(uint64_t address, uint32_t size) {
  auto *request = static_cast<ipft_memory *>(mapping_.data());
  if (size > IPFT_MEMORY)
    throw NativeError(E2BIG, "test run", "a read of the kernel's memory");
  request->address = address;
  request->size = size;
  request->error = -EIO;
  LIBBPF_OPTS(bpf_test_run_opts, options);
  if (int error = bpf_prog_test_run_opts(program_, &options))
    throw NativeError(-error, "test run", "a read of the kernel's memory");
  if (request->error != 0)
    return {};
  return {reinterpret_cast<const char *>(request->bytes), size};
}

} // namespace ipft
