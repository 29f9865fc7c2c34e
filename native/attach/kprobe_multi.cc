// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "attach/kprobe_multi.h"

#include "support/native_error.h"

#include <linux/types.h>
#include "ipft.h"

#include <bpf/bpf.h>

namespace ipft {
namespace {

// A slot with fewer functions than this gets no link of its own.
constexpr size_t few = 64;

// A link fd, or -errno.
int create_link(int program, const std::vector<unsigned long> &addresses, const std::vector<__u64> &slots) {
  LIBBPF_OPTS(bpf_link_create_opts, options);
  options.kprobe_multi.addrs = addresses.data();
  options.kprobe_multi.cookies = slots.data();
  options.kprobe_multi.cnt = static_cast<__u32>(addresses.size());
  return bpf_link_create(program, 0, BPF_TRACE_KPROBE_MULTI, &options);
}

// The kernel refuses the whole kind, so that halving would only repeat the refusal.
bool is_hopeless(int error) {
  return error == EOPNOTSUPP || error == EPERM || error == EBADF || error == ENOMEM || error == EMFILE;
}

} // namespace

int KprobeMulti::probe() {
  bpf_insn return_zero[2] = {};
  return_zero[0].code = BPF_ALU64 | BPF_MOV | BPF_K;
  return_zero[1].code = BPF_JMP | BPF_EXIT;
  LIBBPF_OPTS(bpf_prog_load_opts, load_options);
  load_options.expected_attach_type = BPF_TRACE_KPROBE_MULTI;
  UniqueFd program(bpf_prog_load(BPF_PROG_TYPE_KPROBE, "ipft_probe", "GPL", return_zero, 2, &load_options));
  if (!program)
    return errno;
  LIBBPF_OPTS(bpf_link_create_opts, options);
  options.kprobe_multi.addrs = reinterpret_cast<const unsigned long *>(1);
  options.kprobe_multi.cnt = 1;
  UniqueFd link(bpf_link_create(program.get(), 0, BPF_TRACE_KPROBE_MULTI, &options));
  return link || errno == EFAULT ? 0 : errno;
}

size_t KprobeMulti::attach(const Plan &plan, Reporter &reporter) {
  auto slots = by_program(plan); // a slot's program has its number
  Probes others;
  for (size_t slot = 0; slot < slots.size() && !reporter.cancelled(); slot++) {
    if (slots[slot].size() < few)
      others.insert(others.end(), slots[slot].begin(), slots[slot].end());
    else
      attach_range(plan.programs[slot], slots[slot].data(), slots[slot].size(), reporter);
  }
  if (!others.empty() && !reporter.cancelled())
    attach_range(plan.programs[IPFT_COOKIE_PROGRAM], others.data(), others.size(), reporter);
  return attached_;
}

// One address that the kernel does not take fails a whole link: halve down to it, so that it costs nobody
// else.
void KprobeMulti::attach_range(int program, const Probe *probes, size_t count, Reporter &reporter) {
  std::vector<unsigned long> addresses(count);
  std::vector<__u64> slots(count);
  for (size_t i = 0; i < count; i++) {
    addresses[i] = probes[i].address;
    slots[i] = probes[i].program;
  }
  UniqueFd link(create_link(program, addresses, slots));
  if (link) {
    links_.push_back(std::move(link));
    attached_ += count;
    reporter.progress(attached_);
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
