// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "attach/kprobe_multi.h"

#include "attach/minimal_program.h"
#include "support/native_error.h"

#include <linux/types.h>
#include "ipft.h"

#include <bpf/bpf.h>
#include <sys/syscall.h>

namespace ipft {
namespace {

// Returns a link fd, or -1 with errno. Used since libbpf 1.1 does not know sessions.
int create_link(int program, int attach_type, const unsigned long *addresses, const __u64 *slots,
                __u32 count) {
  bpf_attr attributes = {};
  attributes.link_create.prog_fd = static_cast<__u32>(program);
  attributes.link_create.attach_type = static_cast<__u32>(attach_type);
  attributes.link_create.kprobe_multi.addrs = reinterpret_cast<__u64>(addresses);
  attributes.link_create.kprobe_multi.cookies = reinterpret_cast<__u64>(slots);
  attributes.link_create.kprobe_multi.cnt = count;
  return static_cast<int>(syscall(SYS_bpf, BPF_LINK_CREATE, &attributes, sizeof(attributes)));
}

// Tries to create a link with an unreadable list of addresses: kernels that have such links answer EFAULT,
// and no link is created that would have to be waited for.
int probe_link(int attach_type) {
  UniqueFd program = load_minimal_program(BPF_PROG_TYPE_KPROBE, static_cast<bpf_attach_type>(attach_type));
  if (!program)
    return errno;
  UniqueFd link(
      create_link(program.get(), attach_type, reinterpret_cast<const unsigned long *>(1), nullptr, 1));
  return link || errno == EFAULT ? 0 : errno;
}

// True for errors by which the kernel refuses all such links: halving would only repeat the refusal.
bool is_hopeless(int error) {
  return error == EOPNOTSUPP || error == EPERM || error == EBADF || error == ENOMEM || error == EMFILE;
}

} // namespace

extern const BackendEntry kprobe_multi_backend = {
    "kprobe-multi", made<KprobeMulti>, [](const Machine &) { return KprobeMulti::probe(); },
    [](const Machine &) { return KprobeMulti::probe_session(); }};

int KprobeMulti::probe() {
  return probe_link(BPF_TRACE_KPROBE_MULTI);
}

int KprobeMulti::probe_session() {
  return probe_link(IPFT_KPROBE_SESSION);
}

size_t KprobeMulti::attach(const Plan &plan, Reporter &reporter) {
  auto slots = by_program(plan); // a slot's program has the slot's number
  Probes others = take_rare(plan, slots);
  for (size_t slot = 0; slot < slots.size() && !reporter.cancelled(); slot++)
    attach_others(plan, slot, slots[slot], reporter);
  return attach_others(plan, IPFT_COOKIE_PROGRAM, others, reporter);
}

size_t KprobeMulti::attach_others(const Plan &plan, size_t number, const Probes &others, Reporter &reporter) {
  set_attach_type(plan, number);
  if (!others.empty() && !reporter.cancelled())
    attach_range(plan.programs[number], others.data(), others.size(), reporter);
  return attached_;
}

void KprobeMulti::set_attach_type(const Plan &plan, size_t number) {
  attach_type_ = plan.returns || number == IPFT_MERGE_PROGRAM ? IPFT_KPROBE_SESSION : BPF_TRACE_KPROBE_MULTI;
}

// One refused address fails the whole link: find it by halving, so that all others are attached.
void KprobeMulti::attach_range(int program, const Probe *probes, size_t count, Reporter &reporter) {
  std::vector<unsigned long> addresses(count);
  std::vector<__u64> slots(count);
  for (size_t i = 0; i < count; i++) {
    addresses[i] = probes[i].address;
    slots[i] = probes[i].program;
  }
  UniqueFd link(
      create_link(program, attach_type_, addresses.data(), slots.data(), static_cast<__u32>(count)));
  if (link) {
    links_.push_back(std::move(link));
    attached_ += count_shown(probes, count);
    reporter.progress(before_ + attached_);
    return;
  }
  int error = errno;
  if (is_hopeless(error))
    throw NativeError(error, "attach", "kprobe-multi link");
  if (count == 1) {
    reporter.failed(*probes, error);
    return;
  }
  if (reporter.cancelled())
    return;
  attach_range(program, probes, count / 2, reporter);
  attach_range(program, probes + count / 2, count - count / 2, reporter);
}

void KprobeMulti::release(Reporter &reporter) {
  close_all(links_, reporter);
}

} // namespace ipft
