// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/symbol_cache.h"

#include "support/unique_fd.h"
#include "symbols/function_table.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstring>

namespace ipft {
namespace {

constexpr const char *boot_id = "/proc/sys/kernel/random/boot_id";
constexpr const char *kptr_restrict = "/proc/sys/kernel/kptr_restrict";
constexpr const char *loaded_modules = "/sys/module/";
constexpr const char *file_name = "symbols";
constexpr off_t most_bytes = 64 << 20;

// In front of the file; then come what the kernel was like, and the lines of both files.
struct Header {
  char magic[8] = {'i', 'p', 'f', 't', 's', 'y', 'm', '1'};
  uint64_t key = 0; // bytes
  uint64_t kallsyms = 0;
  uint64_t traceable = 0;
  uint64_t checksum = 0; // of all that follows
};

// FNV-1a.
uint64_t checksum_of(std::string_view text) {
  uint64_t sum = 0xcbf29ce484222325;
  for (char each : text)
    sum = (sum ^ static_cast<uint8_t>(each)) * 0x100000001b3;
  return sum;
}

// Appends all lines. Returns 0 or errno.
int append_file(const std::string &path, std::string &to) {
  return for_each_line(path, [&](std::string_view line) {
    to.append(line).push_back('\n');
    return true;
  });
}

uint64_t inode_of(const std::string &path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

// Appends the modules without what changes while they stay loaded: "name size users users' names, state
// address". The size includes code that is freed after a module's initialization. Each loading has a new
// inode, since kernfs never uses one again.
int append_modules(const std::string &path, std::string &to) {
  int error = for_each_line(path, [&](std::string_view line) {
    size_t column = 0;
    for (char each : line) {
      column += each == ' ';
      if (column != 2 && column != 3)
        to.push_back(each);
    }
    to.append(" ").append(
        std::to_string(inode_of(loaded_modules + std::string(line.substr(0, line.find(' '))))));
    to.push_back('\n');
    return true;
  });
  return error == ENOENT ? 0 : error; // the kernel has no modules
}

// Appends the inodes of the modules' BTF: each loading has a new one.
void append_btf(const std::string &folder, std::string &to) {
  for (const std::string &name : modules_with_btf(folder))
    to.append(name).append(" ").append(std::to_string(inode_of(folder + "/" + name))).push_back('\n');
}

// All that kallsyms and available_filter_functions depend on; '' if it is unknown.
std::string kernel_state(const SymbolSources &sources) {
  std::string state;
  if (append_file(boot_id, state) != 0 || append_file(kptr_restrict, state) != 0 ||
      append_modules(sources.modules, state) != 0)
    return "";
  append_btf(sources.module_btf, state);
  return state;
}

// Which lines matter depends on the functions.
std::string key_of(const std::string &state, const std::vector<Function> &functions) {
  std::string names;
  for (const Function &function : functions)
    names.append(function.name).append(" ").append(function.module).append("\n");
  return state + std::to_string(functions.size()) + " " + std::to_string(checksum_of(names)) + "\n";
}

std::string names_path(const SymbolSources &sources) {
  return sources.tracefs + "/available_filter_functions";
}

bool opens(const std::string &path) {
  return bool(UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC)));
}

// The folder, if root owns it and nobody else can write to it.
UniqueFd open_folder(const std::string &path) {
  UniqueFd folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat info = {};
  bool is_roots = folder && fstat(folder.get(), &info) == 0 && info.st_uid == 0 &&
                  (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  return is_roots ? std::move(folder) : UniqueFd();
}

// The file's content; '' if there is none, or others than root might have written it.
std::string content_of(const std::string &folder_path) {
  UniqueFd folder = open_folder(folder_path);
  if (!folder)
    return "";
  UniqueFd file(openat(folder.get(), file_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat info = {};
  if (!file || fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_uid != 0 ||
      (info.st_mode & (S_IRWXG | S_IRWXO)) != 0 || info.st_size > most_bytes)
    return "";
  std::string content(static_cast<size_t>(info.st_size), '\0');
  size_t filled = 0;
  while (filled < content.size()) {
    ssize_t got = read(file.get(), content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return "";
    filled += static_cast<size_t>(got);
  }
  return content;
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    ssize_t done = write(fd, content.data(), content.size());
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return false;
    content.remove_prefix(static_cast<size_t>(done));
  }
  return true;
}

// Replaces the file at once, or leaves it.
void replace(const std::string &folder_path, std::string_view content) {
  if (mkdir(folder_path.c_str(), 0700) != 0 && errno != EEXIST)
    return;
  UniqueFd folder = open_folder(folder_path);
  if (!folder)
    return;
  std::string made = std::string(file_name) + "." + std::to_string(getpid());
  unlinkat(folder.get(), made.c_str(), 0);
  UniqueFd file(
      openat(folder.get(), made.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file)
    return;
  if (!write_all(file.get(), content) || renameat(folder.get(), made.c_str(), folder.get(), file_name) != 0)
    unlinkat(folder.get(), made.c_str(), 0);
}

} // namespace

SymbolCache::SymbolCache(const SymbolSources &sources) : sources_(sources) {
  if (!sources.cache.empty() && !sources.tracefs.empty() && sources.only.empty())
    state_ = kernel_state(sources);
}

SymbolLines SymbolCache::read(const std::vector<Function> &functions) const {
  if (state_.empty() || !opens(sources_.kallsyms) || !opens(names_path(sources_)))
    return {};
  std::string content = content_of(sources_.cache);
  Header header;
  const Header expected;
  if (content.size() < sizeof(header))
    return {};
  memcpy(&header, content.data(), sizeof(header));
  std::string_view rest = std::string_view(content).substr(sizeof(header));
  std::string key = key_of(state_, functions);
  if (memcmp(header.magic, expected.magic, sizeof(header.magic)) != 0 || header.key != key.size() ||
      header.kallsyms > rest.size() || header.traceable > rest.size() ||
      header.key + header.kallsyms + header.traceable != rest.size() || rest.substr(0, header.key) != key ||
      header.checksum != checksum_of(rest))
    return {};
  SymbolLines lines;
  lines.kallsyms = {true, std::string(rest.substr(header.key, header.kallsyms))};
  lines.traceable = {true, std::string(rest.substr(header.key + header.kallsyms))};
  return lines;
}

void SymbolCache::keep(const SymbolLines &lines, const std::vector<Function> &functions) const {
  if (state_.empty() || lines.kallsyms.known || kernel_state(sources_) != state_)
    return;
  std::string key = key_of(state_, functions);
  Header header;
  header.key = key.size();
  header.kallsyms = lines.kallsyms.text.size();
  header.traceable = lines.traceable.text.size();
  std::string rest = key + lines.kallsyms.text + lines.traceable.text;
  header.checksum = checksum_of(rest);
  replace(sources_.cache, std::string(reinterpret_cast<const char *>(&header), sizeof(header)) + rest);
}

} // namespace ipft
