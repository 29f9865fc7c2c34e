// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Capabilities } from '../../machine/environment/capabilities.js';
import type { Lockdown } from '../../machine/environment/lockdown.js';

/** A potential problem, with its remedy. */
export interface Finding {
  readonly problem: string | null;
  readonly remedy: string | null;
}

/** A number, or why it is unknown. */
export interface Count {
  readonly count: number | null;
  readonly unknown: string | null;
}

export interface BackendFinding {
  readonly id: string;
  readonly usable: boolean;
  readonly description: string;
  /** why it cannot be used: all known reasons, not only the first */
  readonly reasons: readonly string[];
  readonly remedies: readonly string[];
}

/** What `ipft doctor --json` prints. */
export interface DoctorReport {
  readonly kernel: string;
  readonly architecture: string;
  /** `file`: of --btf, and how it is known to be this kernel's in `match`, or null */
  readonly btf: Finding & {
    readonly bytes: number | null;
    readonly file: string | null;
    readonly match: string | null;
  };
  /** modules with BTF, and their functions that take an skb; `missing`: modules without BTF, or null */
  readonly module_btf: Count & { readonly functions: Count; readonly missing: string | null };
  readonly lockdown: Lockdown;
  readonly privilege: Finding & { readonly capabilities: Capabilities };
  readonly tracefs: Finding & { readonly path: string | null };
  readonly kallsyms: Finding & { readonly kptr_restrict: string | null };
  /** functions of kernel and modules that take an skb, and how many of these can be traced */
  readonly functions: Count & { readonly traceable: Count };
  /** tracepoints that pass an skb */
  readonly tracepoints: Count;
  readonly backends: readonly BackendFinding[];
  /** the backend that `auto` chooses; null: none, with the reason */
  readonly auto: string | null;
  readonly auto_problem: string | null;
}
