// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "traffic.h"

#include <cstdio>
#include <cstring>

namespace {

const char *usage =
    R"(usage: traffic udp --to ADDRESS:PORT [--mark N] [--count N] [--rate PER_SECOND] [--size BYTES]
                   [--segment BYTES] [--sink]
       traffic tcp-sink --port N [--bind ADDRESS]
       traffic tcp-send --to ADDRESS:PORT [--bytes N] [--mark N]

udp sends --count datagrams (default 1) of --size bytes (default 64), --rate a second (default 0: as fast as it goes).
With --segment each is left to GSO as several datagrams of that size. With --sink it binds that address itself and
counts what arrives. tcp-sink says "listening" on stderr, takes one
connection, reads it to its end. tcp-send writes --bytes (default 1 MiB). Each prints one line of JSON on stdout.
An ADDRESS is one of IPv4 or IPv6, the latter in brackets in front of a port.
Exit codes: 0 done, 1 a system call failed, 2 usage.
)";

int dispatch(int argc, char **argv) {
  if (argc < 2)
    throw UsageError("no subcommand");
  const char *name = argv[1];
  if (std::strcmp(name, "--help") == 0) {
    std::fputs(usage, stdout);
    return 0;
  }
  if (std::strcmp(name, "udp") == 0)
    return run_udp(argc - 2, argv + 2);
  if (std::strcmp(name, "tcp-sink") == 0)
    return run_tcp_sink(argc - 2, argv + 2);
  if (std::strcmp(name, "tcp-send") == 0)
    return run_tcp_send(argc - 2, argv + 2);
  throw UsageError(std::string("unknown subcommand ") + name);
}

} // namespace

int main(int argc, char **argv) {
  try {
    return dispatch(argc, argv);
  } catch (const UsageError &error) {
    std::fprintf(stderr, "traffic: %s\n%s", error.what(), usage);
    return 2;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "traffic: %s\n", error.what());
    return 1;
  }
}
