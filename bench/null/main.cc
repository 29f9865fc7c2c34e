// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Attaches the program to the functions whose addresses come on stdin, one in hexadecimal a line, says
// `ready` on stdout, and stays until stdin is closed after an empty line.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

int main() {
  std::vector<unsigned long> addresses;
  for (std::string line; std::getline(std::cin, line) && !line.empty();)
    addresses.push_back(std::strtoul(line.c_str(), nullptr, 16));
  bpf_object *object = bpf_object__open_file(NULL_OBJECT, nullptr);
  if (object == nullptr || bpf_object__load(object) != 0)
    return 1;
  bpf_kprobe_multi_opts options = {};
  options.sz = sizeof(options);
  options.addrs = addresses.data();
  options.cnt = addresses.size();
  bpf_program *program = bpf_object__find_program_by_name(object, "nothing");
  bpf_link *link = bpf_program__attach_kprobe_multi_opts(program, nullptr, &options);
  if (link == nullptr) {
    std::perror("attach");
    return 1;
  }
  std::puts("ready");
  std::fflush(stdout);
  std::string rest;
  std::getline(std::cin, rest);
  bpf_link__destroy(link);
  bpf_object__close(object);
}
