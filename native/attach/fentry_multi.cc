// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "attach/kprobe_multi.h"
#include "attach/minimal_program.h"
#include "attach/tracing_multi.h"
#include "support/native_error.h"

#include <linux/types.h>
#include "ipft.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>

namespace ipft {
namespace {

// One tracing_multi link per slot that many functions have, and one for all other functions (kernel 7.2). The
// kernel calls the programs through a trampoline of each function, which is the cheapest way. Functions that
// these links refuse get a kprobe-multi link, and those that end packets' lives another one. If returns are
// wanted, the links are sessions.
class FentryMulti : public Backend {
public:
  size_t attach(const Plan &plan, Reporter &reporter) override;
  void release(Reporter &reporter) override;

private:
  struct Refusal {
    Probe probe;
    int error;
  };

  void set_aside_ineligible(Probes &probes);
  void attach_range(int program, const Probe *probes, size_t count, Reporter &reporter);
  void attach_by_kprobe(const Plan &plan, const std::map<size_t, Probes> &by_program, Reporter &reporter);

  std::vector<UniqueFd> links_;
  std::vector<Refusal> refused_;
  std::unique_ptr<KprobeMulti> others_;
  size_t attached_ = 0;
  bpf_attach_type attach_type_ = fentry_multi_type; // or fsession_multi_type
};

// A link takes BTF ids of one BTF, the one for which its program was loaded: vmlinux's.
bool has_trampoline(const Probe &probe) {
  return probe.btf_id != 0 && probe.module == "vmlinux";
}

// True if the programs of kprobe-multi links are loaded, which they are if the kernel supports such links.
bool has_kprobe_multi(const Plan &plan) {
  return plan.programs.size() > IPFT_OTHERS_PROGRAM && plan.programs[IPFT_OTHERS_PROGRAM] >= 0;
}

Probes take(std::vector<Probes> &programs, size_t number) {
  return number < programs.size() ? std::exchange(programs[number], {}) : Probes();
}

// True for errors by which the kernel refuses all such links: halving would only repeat the refusal.
bool is_hopeless(int error) {
  return error == EPERM || error == EBADF || error == ENOMEM || error == EMFILE;
}

// Tries to create a link with an unreadable list of ids: kernels that have such links answer EFAULT.
int probe_link(bpf_attach_type attach_type) {
  UniqueFd program = load_minimal_program(BPF_PROG_TYPE_TRACING, attach_type);
  if (!program)
    return errno;
  UniqueFd link(create_tracing_multi_link(program.get(), attach_type, reinterpret_cast<const uint32_t *>(1),
                                          nullptr, 1));
  return link || errno == EFAULT ? 0 : errno;
}

int probe(const Machine &) {
  return probe_link(fentry_multi_type);
}

int probe_session(const Machine &) {
  return probe_link(fsession_multi_type);
}

size_t FentryMulti::attach(const Plan &plan, Reporter &reporter) {
  attach_type_ = plan.returns ? fsession_multi_type : fentry_multi_type;
  auto slots = by_program(plan); // a slot's program has the slot's number
  std::map<size_t, Probes> by_kprobe;
  if (has_kprobe_multi(plan))
    for (size_t number : {IPFT_END_PROGRAM, IPFT_TIE_PROGRAM, IPFT_MERGE_PROGRAM, IPFT_CANDIDATE_PROGRAM})
      by_kprobe[number] = take(slots, number);
  for (Probes &probes : slots)
    set_aside_ineligible(probes);
  Probes rare = take_rare(plan, slots);
  for (size_t slot = 0; slot < slots.size(); slot++)
    attach_range(plan.programs[slot], slots[slot].data(), slots[slot].size(), reporter);
  attach_range(plan.programs[IPFT_COOKIE_PROGRAM], rare.data(), rare.size(), reporter);
  reporter.share("fentry-multi", attached_);
  if (has_kprobe_multi(plan))
    attach_by_kprobe(plan, by_kprobe, reporter);
  else
    for (const auto &[probe, error] : refused_)
      reporter.failed(probe, error);
  return attached_;
}

void FentryMulti::set_aside_ineligible(Probes &probes) {
  auto ineligible = std::stable_partition(probes.begin(), probes.end(), has_trampoline);
  for (auto probe = ineligible; probe != probes.end(); ++probe)
    refused_.push_back({*probe, EINVAL});
  probes.erase(ineligible, probes.end());
}

// One refused function fails the whole link, by a check that comes before any work: find it by halving.
void FentryMulti::attach_range(int program, const Probe *probes, size_t count, Reporter &reporter) {
  if (count == 0 || reporter.cancelled())
    return;
  std::vector<uint32_t> ids(count);
  std::vector<uint64_t> slots(count);
  for (size_t i = 0; i < count; i++) {
    ids[i] = probes[i].btf_id;
    slots[i] = probes[i].program;
  }
  UniqueFd link(create_tracing_multi_link(program, attach_type_, ids.data(), slots.data(), count));
  if (link) {
    links_.push_back(std::move(link));
    attached_ += count_shown(probes, count);
    reporter.progress(attached_);
    return;
  }
  int error = errno;
  if (is_hopeless(error))
    throw NativeError(error, "attach", "tracing_multi link");
  if (count == 1) {
    refused_.push_back({*probes, error});
    return;
  }
  attach_range(program, probes, count / 2, reporter);
  attach_range(program, probes + count / 2, count - count / 2, reporter);
}

// Attaches by kprobe-multi links: functions that tracing_multi links refused; the ends of packets' lives and
// the functions that tie packets together, whose programs must not be preempted (tracing_multi_slots.h); and
// candidates, which have no BTF.
void FentryMulti::attach_by_kprobe(const Plan &plan, const std::map<size_t, Probes> &by_program,
                                   Reporter &reporter) {
  Probes probes;
  for (const auto &[probe, error] : refused_)
    probes.push_back(probe);
  others_ = std::make_unique<KprobeMulti>(attached_);
  size_t attached = others_->attach_others(plan, IPFT_OTHERS_PROGRAM, probes, reporter);
  for (const auto &[number, of_program] : by_program)
    attached = others_->attach_others(plan, number, of_program, reporter);
  reporter.share("kprobe-multi", attached);
  attached_ += attached;
}

void FentryMulti::release(Reporter &reporter) {
  if (others_)
    others_->release(reporter);
  close_all(links_, reporter);
}

} // namespace

extern const BackendEntry fentry_multi_backend = {"fentry-multi", made<FentryMulti>, probe, probe_session};

} // namespace ipft
