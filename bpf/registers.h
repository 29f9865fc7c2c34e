/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Registers that a kprobe's program has, and what the calling convention of the architecture that this is
 * compiled for uses them for: at a function's entry ARGUMENT(registers, NUMBER) from 0 on, STACK_AT_CALL, the
 * stack pointer, and caller_of(), the return address; at its return RESULT, and STACK_AT_RETURN, which is
 * STACK_AT_CALL of the same call. */
#ifndef IPFT_REGISTERS_H
#define IPFT_REGISTERS_H

#include "kernel.h"

#if defined(__TARGET_ARCH_x86)

/* Not for CO-RE, since its offsets never change: an offset that CO-RE finds would be kept in a register. */
struct pt_regs {
  unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp,
      ss;
};

#define ARGUMENT_0 di
#define ARGUMENT_1 si
#define ARGUMENT_2 dx
#define ARGUMENT_3 cx
#define ARGUMENT_4 r8
#define ARGUMENT_5 r9
#define RESULT(registers) ((registers)->ax)
#define STACK_AT_CALL(registers) ((registers)->sp)
/* The call has put the return address on the stack, and the return has taken it. */
#define STACK_AT_RETURN(registers) ((registers)->sp - sizeof(long))
/* The breakpoint, or what replaces it, lies before the instruction pointer. */
#define PROBE_ADDRESS(registers) ((registers)->ip - 1)

#elif defined(__TARGET_ARCH_arm64)

struct pt_regs {
  unsigned long x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15, x16, x17, x18, x19, x20,
      x21, x22, x23, x24, x25, x26, x27, x28, fp, lr, sp, pc, pstate;
};

#define ARGUMENT_0 x0
#define ARGUMENT_1 x1
#define ARGUMENT_2 x2
#define ARGUMENT_3 x3
#define ARGUMENT_4 x4
#define ARGUMENT_5 x5
#define RESULT(registers) ((registers)->x0)
#define STACK_AT_CALL(registers) ((registers)->sp)
#define STACK_AT_RETURN(registers) ((registers)->sp)
#define PROBE_ADDRESS(registers) ((registers)->pc)

#else
#error "the calling convention of this architecture is not known: x86 and arm64 are"
#endif

#define ARGUMENT(registers, number) ((registers)->ARGUMENT_##number)

/* The return address of the function at whose entry these are the registers. */
static __always_inline __u64 caller_of(const struct pt_regs *registers) {
#if defined(__TARGET_ARCH_x86)
  __u64 caller = 0;

  bpf_probe_read_kernel(&caller, sizeof(caller), (void *)registers->sp);
  return caller;
#else
  return registers->lr;
#endif
}

#endif
