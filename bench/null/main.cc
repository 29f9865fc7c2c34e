// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Stands in for the probe-keeper: reads its request, and starts the probe-keeper with one in which all
// programs are the one that NULL_PROGRAM names. So this one is attached to the same functions, in the same
// way, as ipft's are.
#include "attach/minimal_program.h"
#include "attach/tracing_multi.h"

#include <linux/types.h>
#include "ipft.h"

#include <bpf/libbpf.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace {

using namespace ipft;

constexpr auto no_attach_type = static_cast<bpf_attach_type>(0);

bpf_prog_type type_of(int program) {
  bpf_prog_info info = {};
  __u32 size = sizeof(info);
  if (bpf_obj_get_info_by_fd(program, &info, &size) != 0)
    throw std::runtime_error("the type of a program");
  return static_cast<bpf_prog_type>(info.type);
}

// Descriptors of programs that outlive exec(), unlike libbpf's own.
int load_kprobe(const char *name, bpf_attach_type attach_type) {
  bpf_object *object = bpf_object__open_file(NULL_OBJECT, nullptr);
  bpf_program *wanted = object ? bpf_object__find_program_by_name(object, name) : nullptr;
  bpf_program *each;
  if (!wanted)
    throw std::runtime_error(std::string("no program ") + name);
  bpf_object__for_each_program(each, object) bpf_program__set_autoload(each, each == wanted);
  bpf_program__set_expected_attach_type(wanted, attach_type);
  if (bpf_object__load(object) != 0)
    throw std::runtime_error(std::string("loading ") + name);
  return dup(bpf_program__fd(wanted));
}

// The program that replaces ipft's program with this number.
int replacement(const std::string &backend, size_t number, int program) {
  if (type_of(program) != BPF_PROG_TYPE_KPROBE) {
    UniqueFd loaded = load_minimal_program(BPF_PROG_TYPE_TRACING, fentry_multi_type);
    if (!loaded)
      throw std::runtime_error("loading a tracing program");
    return dup(loaded.get());
  }
  bpf_attach_type type = number == IPFT_MERGE_PROGRAM ? static_cast<bpf_attach_type>(IPFT_KPROBE_SESSION)
                                                      : BPF_TRACE_KPROBE_MULTI;
  return load_kprobe(getenv("NULL_PROGRAM"), backend == "kprobe" ? no_attach_type : type);
}

// The request, up to `attach`, with other programs.
std::string read_request() {
  std::string request, backend;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    if (command == "backend") {
      words >> backend;
    } else if (command == "program") {
      size_t number = 0;
      int program = -1;
      words >> number >> program;
      if (program >= 0)
        line =
            "program " + std::to_string(number) + " " + std::to_string(replacement(backend, number, program));
    }
    request += line + "\n";
    if (command == "attach")
      return request;
  }
  throw std::runtime_error("a request without an end");
}

// Becomes the probe-keeper. A child gives it the request, and ends its input when this one's ends.
int become_keeper(const std::string &request) {
  int ends[2];
  if (pipe(ends) != 0)
    return 1;
  pid_t feeder = fork();
  if (feeder < 0)
    return 1;
  if (feeder == 0) {
    close(STDOUT_FILENO); /* ipft waits until it is closed */
    close(ends[0]);
    bool is_written = write(ends[1], request.data(), request.size()) == static_cast<ssize_t>(request.size());
    char byte;
    while (is_written && read(STDIN_FILENO, &byte, 1) > 0)
      continue;
    return 0;
  }
  dup2(ends[0], STDIN_FILENO);
  close(ends[0]);
  close(ends[1]);
  execl(KEEPER, KEEPER, nullptr);
  return 1;
}

} // namespace

int main(int, char **argv) {
  if (argv[1]) /* sweep */
    return execv(KEEPER, argv);
  try {
    return become_keeper(read_request());
  } catch (const std::exception &error) {
    std::printf("error %d EIO the null program: %s\n", EIO, error.what());
    return 1;
  }
}
