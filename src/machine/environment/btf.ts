// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { EnvironmentError } from '../../core/errors.js';
import { refusal, type ReadStart } from './read-start.js';

export const BTF = '/sys/kernel/btf/vmlinux';

const CONFIG = 'CONFIG_DEBUG_INFO_BTF=y';

/** Why the kernel's types are unknown; null if they are known. */
export function btfProblem(read: ReadStart): EnvironmentError | null {
  const code = refusal(read, BTF);
  if (code === null) return null;
  return new EnvironmentError(
    `the kernel does not describe its types: ${BTF} cannot be read (${code})`,
    `--btf FILE, with the BTF of this very kernel (see docs/troubleshooting.md), or a kernel with ${CONFIG}, as distributions build it`,
  );
}

/** Why ids of types and functions cannot be given to the kernel if a file stands for its BTF. */
export const foreignBtfProblem = (): EnvironmentError =>
  new EnvironmentError(
    'with --btf nothing works for which the kernel needs BTF of its own: trampolines, and kprobe sessions',
    `--backend kprobe, or a kernel with ${CONFIG}`,
    false,
  );
