// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "traffic.h"

#include <atomic>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <vector>

namespace {

void set(const Fd &socket, int option, const char *name, int value) {
  if (setsockopt(socket.get(), IPPROTO_UDP, option, &value, sizeof(value)) < 0)
    fail(std::string("setsockopt(") + name + ")");
}

// Receives and counts on the port that is sent to, so that no ICMP error comes back and no packet waits in a
// queue. `whole`: what UDP has left to GSO comes as it was sent.
class Sink {
public:
  Sink(const Address &address, bool whole) : fd_(open_socket(address.family(), SOCK_DGRAM, std::nullopt)) {
    if (whole)
      set(fd_, UDP_GRO, "UDP_GRO", 1);
    // recv returns ten times a second to see whether to stop: nothing wakes it up on an unconnected UDP
    // socket.
    const timeval tick{0, 100'000};
    if (setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof(tick)) < 0)
      fail("setsockopt(SO_RCVTIMEO)");
    // Best effort: a flood overruns the default of 212 KB, and more than rmem_max needs CAP_NET_ADMIN.
    const int room = 64 << 20;
    if (setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0 &&
        setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)) < 0)
      fail("setsockopt(SO_RCVBUF)");
    if (bind(fd_.get(), address.get(), address.size) < 0)
      fail("bind for --sink");
    thread_ = std::thread([this] { receive(); });
  }

  ~Sink() {
    stopping_ = true;
    thread_.join();
  }

  // Waits until `wanted` arrived, or nothing has come for half a second: over a lossy way some never do.
  uint64_t wait_for(uint64_t wanted) {
    uint64_t before = received_;
    double last = seconds_now();
    while (received_ < wanted && seconds_now() - last < 0.5) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (received_ != before) {
        before = received_;
        last = seconds_now();
      }
    }
    return received_;
  }

private:
  void receive() {
    std::vector<char> buffer(65536);
    while (!stopping_) {
      if (recv(fd_.get(), buffer.data(), buffer.size(), 0) >= 0)
        received_++;
    }
  }

  Fd fd_;
  std::atomic<bool> stopping_{false};
  std::atomic<uint64_t> received_{0};
  std::thread thread_;
};

// Sleeps until an absolute time: a late packet does not make all later ones late.
void sleep_until(double when) {
  timespec at{};
  at.tv_sec = static_cast<time_t>(when);
  at.tv_nsec = static_cast<long>((when - static_cast<double>(at.tv_sec)) * 1e9);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) == EINTR) {
  }
}

} // namespace

int run_udp(int argc, char **argv) {
  const Options options(argc, argv,
                        {{"--to", true},
                         {"--mark", true},
                         {"--count", true},
                         {"--rate", true},
                         {"--size", true},
                         {"--segment", true},
                         {"--sink", false}});
  const Address to = options.address("--to");
  const uint64_t count = options.number("--count", 1, UINT64_MAX);
  const uint64_t rate = options.number("--rate", 0, 10'000'000);
  const std::vector<char> payload(options.number("--size", 64, 65507), 'x');
  std::optional<uint64_t> mark;
  if (options.flag("--mark"))
    mark = options.number("--mark", 0, UINT32_MAX);

  const int segment = static_cast<int>(options.number("--segment", 0, 65507));
  std::optional<Sink> sink;
  if (options.flag("--sink"))
    sink.emplace(to, segment != 0);
  const Fd fd = open_socket(to.family(), SOCK_DGRAM, mark);
  if (segment != 0)
    set(fd, UDP_SEGMENT, "UDP_SEGMENT", segment);
  if (connect(fd.get(), to.get(), to.size) < 0)
    fail("connect");

  uint64_t sent = 0, failed = 0;
  const double start = seconds_now();
  for (uint64_t i = 0; i < count; i++) {
    if (rate != 0)
      sleep_until(start + static_cast<double>(i) / static_cast<double>(rate));
    if (send(fd.get(), payload.data(), payload.size(), 0) >= 0)
      sent++;
    else
      failed++; // ECONNREFUSED of an earlier packet, ENOBUFS: counted, not fatal
  }
  const double elapsed = seconds_now() - start;
  std::printf("{\"sent\":%" PRIu64 ",\"failed\":%" PRIu64 ",\"seconds\":%.6f", sent, failed, elapsed);
  if (sink)
    std::printf(",\"received\":%" PRIu64, sink->wait_for(sent));
  std::printf("}\n");
  return 0;
}
