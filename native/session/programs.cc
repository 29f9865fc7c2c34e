// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/programs.h"

#include "session/bpf_objects.h"
#include "session/copied_programs.h"
#include "session/immediates.h"
#include "session/left_out.h"
#include "session/multi_links.h"
#include "session/program_name.h"
#include "session/settings.h"
#include "support/cpus.h"
#include "support/libbpf_log.h"
#include "support/native_error.h"
#include "symbols/deciders.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <set>
#include <string_view>

namespace ipft {
namespace {

UniqueFd start_timing() {
  UniqueFd timing(bpf_enable_stats(BPF_STATS_RUN_TIME));
  if (!timing)
    throw NativeError(errno, "run time", "the kernel does not measure BPF programs");
  return timing;
}

// Most addresses that the kernel records of a stack; it refuses maps with more per entry.
uint32_t stack_depth() {
  uint32_t depth = IPFT_STACK_DEPTH;
  std::ifstream("/proc/sys/kernel/perf_event_max_stack") >> depth;
  return std::clamp<uint32_t>(depth, 1, IPFT_STACK_DEPTH);
}

// Room for a record with a packet's bytes. That of the bytes is twice as large as they are: the verifier does
// not know that what is copied ends at the limit.
uint32_t snap_slot_size(const ipft_settings &settings) {
  return static_cast<uint32_t>(IPFT_SNAP_SLOT + sizeof(ipft_graph_event) + sizeof(ipft_snap)) +
         settings.data_size + 2 * settings.snaplen;
}

bool wants_causes(const ProgramOptions &options) {
  return options.drops || options.settings.cause_at != 0;
}

// An interrupt may release a packet between two steps of another release.
constexpr uint32_t nested_releases = 8;

// Room for functions of modules loaded during the trace that have a drop reason argument.
constexpr size_t later_reasons = 256;

// Any number from 1 on; the lowest are used first.
void fill_free_ways(int map) {
  for (__u32 way = IPFT_WAYS; way > 0; way--)
    if (bpf_map_update_elem(map, nullptr, &way, BPF_ANY) != 0)
      throw NativeError(errno, "load", "the ways of packets");
}

// How long open calls may take to return when a trace ends.
constexpr int return_patience_ms = 50;

} // namespace

Programs::Programs(const ProgramOptions &options, const btf *kernel)
    : object_(nullptr, bpf_object__close), candidates_(options.candidates), kind_(*options.kind) {
  load_or_blame(options, kernel);
  // libbpf has its own image of .bss, but the running programs only see the map.
  bss_ = mapped_map(bpf_object__find_map_fd_by_name(object_.get(), ".bss"), PROT_READ | PROT_WRITE);
  active_ = reinterpret_cast<volatile uint32_t *>(static_cast<char *>(bss_.data()) +
                                                  variable_offset(".bss", "active", sizeof(*active_)));
  add_reason_arguments(options.reason_arguments);
  fill_bodies(options);
  if (!candidates_.empty()) {
    known_candidates_ = reinterpret_cast<volatile ipft_candidate *>(
        static_cast<char *>(bss_.data()) +
        variable_offset(".bss", "candidates", IPFT_CANDIDATES * sizeof(ipft_candidate)));
    fill_candidates(candidates_, known_candidates_);
  }
  counters_ = Counters(bpf_object__find_map_fd_by_name(object_.get(), "counters"), cpus_);
  if (kind_.keeps_ways)
    fill_free_ways(bpf_object__find_map_fd_by_name(object_.get(), "free_ways"));
  collect_fds(options);
  if (options.drops)
    drops_.attach(object_.get());
  if (wants_causes(options))
    drops_.attach_causes(object_.get(), kernel);
  if (options.timed)
    timing_ = start_timing();
}

void Programs::load(const ProgramOptions &options, const btf *kernel) {
  cpus_ = cpu_id_limit();
  const ipft_settings settings = complete_settings(options, kernel, cpus_);
  // Before generated functions and extensions come in, which may have any numbers.
  std::string own = with_immediates(std::string(bpf_object_image(kind_.object)), settings);
  std::string linked = options.replacements.empty() ? "" : linked_object(own, options.replacements);
  std::string image = without_unused_functions(linked.empty() ? own : linked, settings);
  LibbpfLog log;
  CoreObject opened = open_core_object(image, kernel, log);
  object_ = std::move(opened.object);
  configure(options, settings, kernel);
  int error = bpf_object__load(object_.get());
  if (error != 0)
    throw NativeError(-error, "load", "the BPF programs", log.text());
}

// No errno says whether the extension is to blame for a refusal: it is if the same programs load without it.
void Programs::load_or_blame(const ProgramOptions &options, const btf *kernel) {
  try {
    load(options, kernel);
  } catch (const NativeError &refusal) {
    if (options.replacements.module.empty() || !loads_without_module(options, kernel))
      throw;
    throw NativeError(refusal.error, "extension", "module()", refusal.log);
  }
}

bool Programs::loads_without_module(ProgramOptions options, const btf *kernel) {
  options.replacements.module.clear();
  try {
    load(options, kernel);
    return true;
  } catch (const NativeError &) {
    return false;
  }
}

void Programs::configure(const ProgramOptions &options, const ipft_settings &settings, const btf *kernel) {
  size_t size = 0;
  bpf_map *rodata = bpf_object__find_map_by_name(object_.get(), ".rodata");
  auto *image = static_cast<char *>(const_cast<void *>(bpf_map__initial_value(rodata, &size)));
  memcpy(image + variable_offset(".rodata", "settings", sizeof(settings)), &settings, sizeof(settings));
  auto resize = [&](const char *map, size_t entries) {
    bpf_map__set_max_entries(bpf_object__find_map_by_name(object_.get(), map), static_cast<__u32>(entries));
  };
  resize("rings", cpus_);
  bpf_map__set_inner_map_fd(bpf_object__find_map_by_name(object_.get(), "rings"), options.ring);
  resize("counters", cpus_);
  resize("last_drops", cpus_);
  resize("releases", cpus_ * settings.releases);
  resize("dying", cpus_ * (settings.releases + nested_releases));
  if (settings.stack_at != 0) {
    resize("stacks", IPFT_STACKS);
    bpf_map__set_value_size(bpf_object__find_map_by_name(object_.get(), "stacks"),
                            stack_depth() * sizeof(uint64_t));
  }
  if (settings.snaplen != 0) {
    resize("snaps", settings.snap_slots);
    bpf_map__set_value_size(bpf_object__find_map_by_name(object_.get(), "snaps"), snap_slot_size(settings));
  }
  if (wants_causes(options))
    resize("causes", IPFT_CAUSES);
  if (can_follow_merges(kind_) && settings.follows != 0)
    resize("merges", IPFT_MERGES);
  if (settings.follows >> IPFT_REBUILT & 1)
    resize("heads", IPFT_HEADS);
  if (settings.asks_reason)
    resize("reason_arguments", options.reason_arguments.size() + later_reasons);
  if (settings.has_bodies)
    resize("bodies", count_bodies(options.functions));
  autoload(options, kernel);
}

void Programs::add_reason_arguments(const std::vector<ReasonArgument> &arguments) {
  int map = bpf_object__find_map_fd_by_name(object_.get(), "reason_arguments");
  for (const ReasonArgument &argument : arguments)
    if (bpf_map_update_elem(map, &argument.address, &argument.index, BPF_ANY) != 0 && errno != E2BIG)
      throw NativeError(errno, "load", "the functions with a drop reason");
}

void Programs::fill_bodies(const ProgramOptions &options) {
  int map = bpf_object__find_map_fd_by_name(object_.get(), "bodies");
  for (const TracedFunction &function : options.functions) {
    __u64 probe = function.address + function.body_offset;
    if (function.body_offset != 0 && bpf_map_update_elem(map, &probe, &function.address, BPF_ANY) != 0)
      throw NativeError(errno, "load", "the addresses of the probes");
  }
}

// Selects the programs to load: those of the functions' slots, and those for several slots.
void Programs::autoload(const ProgramOptions &options, const btf *kernel) {
  std::set<size_t> wanted = further_programs(kind_);
  ends_by_kprobe_ = wanted.count(IPFT_OTHERS_PROGRAM) > 0;
  for (const TracedFunction &function : options.functions)
    wanted.insert(function.slot);
  // With links for many functions, a program for all slots is loaded anyway.
  bool has_own_slots = !kind_.has_multi_links() && !kind_.has_copies();
  if (options.settings.subject_at != 0 && has_own_slots)
    wanted.insert(std::begin(decider_slots), std::end(decider_slots));
  if (wanted.count(IPFT_MERGE_PROGRAM) > 0 && !kind_.has_multi_links())
    wanted.insert(IPFT_MERGED_PROGRAM);
  bpf_program *each;
  bpf_object__for_each_program(each, object_.get()) bpf_program__set_autoload(each, false);
  for (size_t number : wanted) {
    bpf_program__set_autoload(program(number), true);
    prepare_program(program(number), number, kind_, kernel);
  }
  bpf_program__set_autoload(program(IPFT_DROP_PROGRAM), options.drops);
  bpf_program__set_autoload(program(IPFT_CAUSE_PROGRAM), wants_causes(options));
}

// Null if there is no program with this number.
bpf_program *Programs::program(size_t number) const {
  if (number == IPFT_END_PROGRAM && ends_by_kprobe_)
    number = IPFT_END_BY_KPROBE_PROGRAM;
  if (number == IPFT_TIE_PROGRAM && ends_by_kprobe_)
    number = IPFT_TIE_BY_KPROBE_PROGRAM;
  if (number == IPFT_MERGE_PROGRAM && kind_.has_multi_links())
    number = IPFT_MERGE_BY_SESSION_PROGRAM;
  const char *name = program_name(number);
  return bpf_object__find_program_by_name(object_.get(), name);
}

void Programs::collect_fds(const ProgramOptions &options) {
  if (kind_.has_copies()) {
    copies_ = load_copies(object_.get(), kind_, options.functions);
    size_t count = options.functions.size();
    for (size_t i = 0; i < copies_.size(); i++) {
      fds_.push_back(copies_[i].get());
      missed_as_.push_back(i % count >= count - options.hidden ? &Misses::ends : &Misses::calls);
    }
    return;
  }
  auto shown = options.functions.end() - static_cast<std::ptrdiff_t>(options.hidden);
  auto is_shown = [&](size_t number) {
    size_t slot = number == IPFT_MERGED_PROGRAM ? IPFT_MERGE_PROGRAM : number;
    return std::any_of(options.functions.begin(), shown,
                       [&](const TracedFunction &function) { return function.slot == slot; });
  };
  for (size_t number = 0; number < IPFT_PROGRAMS; number++) {
    bpf_program *loaded = program(number);
    fds_.push_back(loaded && bpf_program__autoload(loaded) ? bpf_program__fd(loaded) : -1);
    bool may_be_hidden = number == IPFT_END_PROGRAM || number == IPFT_TIE_PROGRAM ||
                         number == IPFT_MERGE_PROGRAM || number == IPFT_MERGED_PROGRAM;
    bool is_hidden = may_be_hidden && !is_shown(number);
    missed_as_.push_back(is_hidden ? &Misses::ends : &Misses::calls);
  }
  if (!any_certain(candidates_))
    missed_as_[IPFT_CANDIDATE_PROGRAM] = nullptr;
}

// Offset of a global variable of the programs in its section.
size_t Programs::variable_offset(const char *section, const char *name, size_t size) const {
  const btf *types = bpf_object__btf(object_.get());
  const btf_type *datasec =
      btf__type_by_id(types, static_cast<__u32>(btf__find_by_name_kind(types, section, BTF_KIND_DATASEC)));
  for (unsigned i = 0; datasec && i < btf_vlen(datasec); i++) {
    const btf_var_secinfo &member = btf_var_secinfos(datasec)[i];
    const btf_type *variable = btf__type_by_id(types, member.type);
    if (btf__str_by_offset(types, variable->name_off) == std::string(name) && member.size == size)
      return member.offset;
  }
  throw NativeError(ENOENT, "load", std::string("variable ") + name + " in " + section);
}

int Programs::ways_fd() const {
  return kind_.keeps_ways ? bpf_object__find_map_fd_by_name(object_.get(), "ways") : -1;
}

int Programs::rings_fd() const {
  return bpf_object__find_map_fd_by_name(object_.get(), "rings");
}

void Programs::activate() {
  missed_before_ = recursion_misses();
  *active_ = IPFT_ACTIVE;
}

void Programs::deactivate() {
  *active_ = IPFT_RETURNING;
  for (int waited = 0; waited < return_patience_ms && counters_.unreturned() > 0; waited++)
    usleep(1000);
  *active_ = IPFT_INACTIVE;
  barrier_.wait(); // waits for programs that read the old value of `active`
}

uint64_t Programs::without_room() const {
  return kind_.has_sessions() ? missed_by_multi_links(fds_) : 0;
}

Misses Programs::missed() const {
  Misses now = recursion_misses();
  return {now.calls - missed_before_.calls, now.ends - missed_before_.ends};
}

Misses Programs::recursion_misses() const {
  Misses misses;
  each_program([&](uint64_t Misses::*missed_as, const bpf_prog_info &info) {
    if (missed_as)
      misses.*missed_as += info.recursion_misses;
  });
  return misses;
}

std::vector<uint64_t> Programs::stack(uint32_t id) const {
  const bpf_map *stacks = bpf_object__find_map_by_name(object_.get(), "stacks");
  std::vector<uint64_t> addresses(bpf_map__value_size(stacks) / sizeof(uint64_t));
  if (bpf_map_lookup_elem(bpf_map__fd(stacks), &id, addresses.data()) != 0)
    return {};
  addresses.erase(std::find(addresses.begin(), addresses.end(), 0), addresses.end());
  return addresses;
}

Runs Programs::runs() const {
  Runs total;
  each_program([&](uint64_t Misses::*, const bpf_prog_info &info) {
    total.count += info.run_cnt;
    total.ns += info.run_time_ns;
  });
  return total;
}

template <typename Visit> void Programs::each_program(Visit visit) const {
  auto visit_one = [&](int fd, uint64_t Misses::*missed_as) {
    bpf_prog_info info = {};
    __u32 size = sizeof(info);
    if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0)
      visit(missed_as, info);
  };
  for (size_t number = 0; number < fds_.size(); number++)
    visit_one(fds_[number], missed_as_[number]);
  for (int fd : drops_.fds())
    visit_one(fd, &Misses::calls);
}

} // namespace ipft
