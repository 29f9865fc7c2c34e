// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { EnvironmentError } from '../../core/errors.js';
import { refusal, type ReadStart } from './read-start.js';

export const BTF = '/sys/kernel/btf/vmlinux';

/** Why the kernel's types are unknown; null if they are known. */
export function btfProblem(read: ReadStart): EnvironmentError | null {
  const code = refusal(read, BTF);
  if (code === null) return null;
  return new EnvironmentError(
    `the kernel does not describe its types: ${BTF} cannot be read (${code})`,
    'a kernel with CONFIG_DEBUG_INFO_BTF=y, as distributions build it',
  );
}
