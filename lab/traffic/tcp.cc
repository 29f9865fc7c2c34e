// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "traffic.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr size_t buffer_size = 1 << 20;

void print_result(const char *what, uint64_t bytes, double elapsed) {
  std::printf("{\"%s\":%" PRIu64 ",\"seconds\":%.6f}\n", what, bytes, elapsed);
}

uint64_t read_to_end(int fd) {
  std::vector<char> buffer(buffer_size);
  uint64_t bytes = 0;
  for (;;) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got == 0)
      return bytes;
    if (got < 0 && errno != EINTR)
      fail("read");
    if (got > 0)
      bytes += static_cast<uint64_t>(got);
  }
}

} // namespace

int run_tcp_sink(int argc, char **argv) {
  const Options options(argc, argv, {{"--port", true}, {"--bind", true}});
  if (!options.flag("--port"))
    throw UsageError("--port is missing");
  const Address address =
      parse_address(options.text("--bind").value_or("0.0.0.0"), options.number("--port", 0, 65535));

  const Fd listener = open_socket(address.family(), SOCK_STREAM, std::nullopt);
  const int on = 1;
  if (setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
    fail("setsockopt(SO_REUSEADDR)");
  if (bind(listener.get(), address.get(), address.size) < 0)
    fail("bind");
  if (listen(listener.get(), 1) < 0)
    fail("listen");
  // The one that waits for this line knows that a sender will be let in.
  std::fprintf(stderr, "listening\n");

  const Fd peer(accept(listener.get(), nullptr, nullptr));
  if (peer.get() < 0)
    fail("accept");
  const double start = seconds_now();
  const uint64_t bytes = read_to_end(peer.get());
  print_result("received", bytes, seconds_now() - start);
  return 0;
}

int run_tcp_send(int argc, char **argv) {
  const Options options(argc, argv, {{"--to", true}, {"--bytes", true}, {"--mark", true}});
  const Address to = options.address("--to");
  const uint64_t total = options.number("--bytes", 1 << 20, UINT64_MAX);
  std::optional<uint64_t> mark;
  if (options.flag("--mark"))
    mark = options.number("--mark", 0, UINT32_MAX);

  const Fd fd = open_socket(to.family(), SOCK_STREAM, mark);
  if (connect(fd.get(), to.get(), to.size) < 0)
    fail("connect");
  // Large writes: TCP then builds skbs of many segments (GSO) out of them.
  const std::vector<char> payload(std::min<uint64_t>(buffer_size, std::max<uint64_t>(total, 1)), 'x');
  const double start = seconds_now();
  uint64_t sent = 0;
  while (sent < total) {
    const ssize_t put =
        send(fd.get(), payload.data(), std::min<uint64_t>(payload.size(), total - sent), MSG_NOSIGNAL);
    if (put < 0 && errno != EINTR)
      fail("send");
    if (put > 0)
      sent += static_cast<uint64_t>(put);
  }
  // The sink closes when it has read all: without this wait the result would come before the last packets.
  if (shutdown(fd.get(), SHUT_WR) < 0)
    fail("shutdown");
  char byte;
  while (recv(fd.get(), &byte, 1, 0) < 0 && errno == EINTR) {
  }
  print_result("sent", sent, seconds_now() - start);
  return 0;
}
