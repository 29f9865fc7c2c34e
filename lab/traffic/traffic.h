// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Traffic for tests, demo and benchmarks: exact counts, marks and sizes.
#pragma once

#include <cstdint>
#include <map>
#include <netinet/in.h>
#include <optional>
#include <stdexcept>
#include <string>

// A bad command line: usage, exit 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A system call that failed: message with errno's text, exit 1.
[[noreturn]] void fail(const std::string &call);

// A file descriptor that closes itself.
class Fd {
public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd &&other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Fd(const Fd &) = delete;
  Fd &operator=(const Fd &) = delete;
  ~Fd();
  int get() const { return fd_; }

private:
  int fd_;
};

// Of IPv4 or IPv6, with a port.
struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  int family() const { return storage.ss_family; }
  const sockaddr *get() const { return reinterpret_cast<const sockaddr *>(&storage); }
};

// `--name value` pairs and bare `--flags` of one subcommand.
class Options {
public:
  Options(int argc, char **argv, const std::map<std::string, bool> &known);
  bool flag(const std::string &name) const;
  std::optional<std::string> text(const std::string &name) const;
  uint64_t number(const std::string &name, uint64_t fallback, uint64_t max) const;
  Address address(const std::string &name) const; // required, ADDRESS:PORT

private:
  std::map<std::string, std::string> values_;
};

Address parse_address(const std::string &host, uint64_t port);
Fd open_socket(int family, int type, std::optional<uint64_t> mark);
double seconds_now(); // CLOCK_MONOTONIC

int run_udp(int argc, char **argv);
int run_tcp_sink(int argc, char **argv);
int run_tcp_send(int argc, char **argv);
