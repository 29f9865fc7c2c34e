// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Capabilities } from '../../machine/environment/capabilities.js';
import type { Lockdown } from '../../machine/environment/lockdown.js';

/** Something that may stand in the way, and what helps. */
export interface Finding {
  readonly problem: string | null;
  readonly remedy: string | null;
}

/** A number, or why it is not known. */
export interface Count {
  readonly count: number | null;
  readonly unknown: string | null;
}

export interface BackendFinding {
  readonly id: string;
  readonly usable: boolean;
  readonly description: string;
  /** why it cannot be used: everything that is known, not only the first reason */
  readonly reasons: readonly string[];
  readonly remedies: readonly string[];
}

/** What `ipft doctor --json` prints. */
export interface DoctorReport {
  readonly kernel: string;
  readonly architecture: string;
  readonly btf: Finding & { readonly bytes: number | null };
  /** modules with BTF of their own, and their functions that take an skb; `missing`: which have none, or null */
  readonly module_btf: Count & { readonly functions: Count; readonly missing: string | null };
  readonly lockdown: Lockdown;
  readonly privilege: Finding & { readonly capabilities: Capabilities };
  readonly tracefs: Finding & { readonly path: string | null };
  readonly kallsyms: Finding & { readonly kptr_restrict: string | null };
  /** functions of the kernel and its modules that take an skb, and those of them that can be traced */
  readonly functions: Count & { readonly traceable: Count };
  /** tracepoints that pass an skb */
  readonly tracepoints: Count;
  readonly backends: readonly BackendFinding[];
  /** the backend that `auto` picks; null: none, and why */
  readonly auto: string | null;
  readonly auto_problem: string | null;
}
