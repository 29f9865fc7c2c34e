// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "support/own_packets.h"

#include "support/clocks.h"
#include "support/native_error.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <thread>

namespace ipft {
namespace {

constexpr char phase[] = "network namespace";
constexpr size_t payload = 64;

// A packet takes microseconds, but its receiver may have to wait for a CPU.
constexpr timeval receive_patience = {1, 0};

void require(ssize_t result, const char *what) {
  if (result < 0)
    throw NativeError(errno, phase, what);
}

template <typename Action> int64_t time_of(uint32_t count, Action action) {
  char bytes[payload] = {};
  int64_t began = monotonic_ns();
  for (uint32_t i = 0; i < count; i++)
    action(bytes);
  return monotonic_ns() - began;
}

void bring_up_loopback(int socket) {
  ifreq request = {};
  strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  require(ioctl(socket, SIOCSIFFLAGS, &request), "its loopback does not come up");
}

// Connects the socket to itself.
void connect_loop(int socket) {
  sockaddr_in own = {};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(own);
  auto *address = reinterpret_cast<sockaddr *>(&own);
  require(bind(socket, address, size), "no socket in it");
  require(getsockname(socket, address, &size), "no socket in it");
  require(connect(socket, address, size), "no socket in it");
}

// In the thread that calls it.
UniqueFd open_in_new_namespace(uint32_t mark) {
  require(unshare(CLONE_NEWNET), "the kernel makes none");
  UniqueFd made(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  require(made.get(), "no socket in it");
  bring_up_loopback(made.get());
  connect_loop(made.get());
  require(setsockopt(made.get(), SOL_SOCKET, SO_RCVTIMEO, &receive_patience, sizeof(receive_patience)),
          "no time limit");
  if (mark != 0)
    require(setsockopt(made.get(), SOL_SOCKET, SO_MARK, &mark, sizeof(mark)), "no mark");
  return made;
}

} // namespace

// A thread of its own, which ends at once, so that all others stay in the namespace in which they are.
OwnPackets::OwnPackets(uint32_t mark) {
  std::exception_ptr failure;
  std::thread opener([&] {
    try {
      socket_ = open_in_new_namespace(mark);
    } catch (...) {
      failure = std::current_exception();
    }
  });
  opener.join();
  if (failure)
    std::rethrow_exception(failure);
  int ends[2];
  require(pipe2(ends, O_CLOEXEC), "no pipe");
  pipe_reader_ = UniqueFd(ends[0]);
  pipe_writer_ = UniqueFd(ends[1]);
}

int64_t OwnPackets::send(uint32_t count) const {
  return time_of(count, [&](char *bytes) {
    require(::send(socket_.get(), bytes, payload, 0), "a packet is not sent");
    require(recv(socket_.get(), bytes, payload, 0), "a packet does not arrive");
  });
}

int64_t OwnPackets::write_pipe(uint32_t count) const {
  return time_of(count, [&](char *bytes) {
    require(write(pipe_writer_.get(), bytes, payload), "the pipe is not written");
    require(read(pipe_reader_.get(), bytes, payload), "the pipe is not read");
  });
}

} // namespace ipft
