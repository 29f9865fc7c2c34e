// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "types/path_syntax.h"

#include <limits>

namespace ipft {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

class Parser {
public:
  explicit Parser(const std::string &text) : text_(text) {}

  PathText parse() {
    PathText path;
    path.root = name("a name such as skb");
    while (at_ < text_.size())
      path.accesses.push_back(access());
    return path;
  }

private:
  Access access() {
    Access access;
    if (take("["))
      access.index = index();
    else if (take("->") || take("."))
      access.member = name("a member's name");
    else
      fail("'->', '.' or '['");
    return access;
  }

  uint32_t index() {
    size_t start = at_;
    uint64_t value = 0;
    while (at_ < text_.size() && is_digit(text_[at_]) && value <= std::numeric_limits<int32_t>::max())
      value = value * 10 + static_cast<uint64_t>(text_[at_++] - '0');
    if (at_ == start || value > std::numeric_limits<int32_t>::max())
      fail("a decimal number that fits into 31 bits");
    if (!take("]"))
      fail("']'");
    return static_cast<uint32_t>(value);
  }

  std::string name(const char *expected) {
    size_t start = at_;
    if (at_ < text_.size() && begins_name(text_[at_]))
      while (at_ < text_.size() && (begins_name(text_[at_]) || is_digit(text_[at_])))
        at_++;
    if (at_ == start)
      fail(expected);
    return text_.substr(start, at_ - start);
  }

  bool take(const std::string &token) {
    if (text_.compare(at_, token.size(), token) != 0)
      return false;
    at_ += token.size();
    return true;
  }

  [[noreturn]] void fail(const std::string &expected) const {
    PathProblem problem;
    problem.syntax = true;
    problem.error = "expected " + expected;
    if (at_ > 0)
      problem.error += " after '" + text_.substr(0, at_) + "'";
    problem.error += at_ < text_.size() ? ", not '" + text_.substr(at_) + "'" : ", not the end";
    throw problem;
  }

  const std::string &text_;
  size_t at_ = 0;
};

} // namespace

PathText parse_path(const std::string &text) {
  return Parser(text).parse();
}

} // namespace ipft
