// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "traffic.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sys/socket.h>
#include <unistd.h>

void fail(const std::string &call) {
  throw std::runtime_error(call + ": " + std::strerror(errno));
}

Fd::~Fd() {
  if (fd_ >= 0)
    close(fd_);
}

// known: option name -> whether it takes a value
Options::Options(int argc, char **argv, const std::map<std::string, bool> &known) {
  for (int i = 0; i < argc; i++) {
    const std::string name = argv[i];
    const auto found = known.find(name);
    if (found == known.end())
      throw UsageError("unknown option " + name);
    if (!found->second) {
      values_[name] = "";
      continue;
    }
    if (i + 1 == argc)
      throw UsageError(name + " needs a value");
    values_[name] = argv[++i];
  }
}

bool Options::flag(const std::string &name) const {
  return values_.count(name) != 0;
}

std::optional<std::string> Options::text(const std::string &name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::nullopt : std::make_optional(found->second);
}

static uint64_t parse_number(const std::string &name, const std::string &text, uint64_t max) {
  char *end = nullptr;
  errno = 0;
  const uint64_t number = std::strtoull(text.c_str(), &end, 0);
  if (text.empty() || text[0] == '-' || *end != '\0' || errno != 0 || number > max)
    throw UsageError(name + " needs a number up to " + std::to_string(max) + ", not '" + text + "'");
  return number;
}

uint64_t Options::number(const std::string &name, uint64_t fallback, uint64_t max) const {
  const auto given = text(name);
  return given ? parse_number(name, *given, max) : fallback;
}

// ADDRESS:PORT, an IPv6 address in brackets
Address Options::address(const std::string &name) const {
  const auto given = text(name);
  if (!given)
    throw UsageError(name + " is missing");
  const size_t colon = given->rfind(':');
  if (colon == std::string::npos)
    throw UsageError(name + " needs ADDRESS:PORT, not '" + *given + "'");
  const bool is_bracketed = colon >= 2 && given->front() == '[' && (*given)[colon - 1] == ']';
  const std::string host = is_bracketed ? given->substr(1, colon - 2) : given->substr(0, colon);
  return parse_address(host, parse_number(name, given->substr(colon + 1), 65535));
}

Address parse_address(const std::string &host, uint64_t port) {
  Address address;
  const auto in = reinterpret_cast<sockaddr_in *>(&address.storage);
  const auto in6 = reinterpret_cast<sockaddr_in6 *>(&address.storage);
  if (inet_pton(AF_INET, host.c_str(), &in->sin_addr) == 1) {
    in->sin_family = AF_INET;
    in->sin_port = htons(static_cast<uint16_t>(port));
    address.size = sizeof(*in);
  } else if (inet_pton(AF_INET6, host.c_str(), &in6->sin6_addr) == 1) {
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(static_cast<uint16_t>(port));
    address.size = sizeof(*in6);
  } else {
    throw UsageError("'" + host + "' is no IP address");
  }
  return address;
}

Fd open_socket(int family, int type, std::optional<uint64_t> mark) {
  Fd fd(socket(family, type | SOCK_CLOEXEC, 0));
  if (fd.get() < 0)
    fail("socket");
  if (mark) {
    const auto value = static_cast<uint32_t>(*mark);
    if (setsockopt(fd.get(), SOL_SOCKET, SO_MARK, &value, sizeof(value)) < 0)
      fail("setsockopt(SO_MARK), which needs CAP_NET_ADMIN");
  }
  return fd;
}

double seconds_now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}
