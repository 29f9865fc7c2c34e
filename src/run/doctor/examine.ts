// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { statSync } from 'node:fs';
import { machine, release } from 'node:os';
import { EnvironmentError, IpftError, isSystemError } from '../../core/errors.js';
import type { Addon } from '../../native/types.js';
import { chooseBackend } from '../../machine/choose-backend.js';
import { functionTracer } from '../../core/tracer.js';
import { readEnvironment, typesProblem, type Environment } from '../../machine/environment.js';
import { BTF } from '../../machine/environment/btf.js';
import { privilegeProblem, readCapabilities } from '../../machine/environment/capabilities.js';
import { readKptrRestrict } from '../../machine/environment/kallsyms.js';
import { readLockdown } from '../../machine/environment/lockdown.js';
import { readStart, type ReadStart } from '../../machine/environment/read-start.js';
import { moduleLoads } from '../../machine/kernel-state.js';
import { useTypes, type KernelTypes } from '../../machine/kernel-types.js';
import { examineBackends } from './backends.js';
import type { Count, DoctorReport, Finding } from './report.js';
import { countFunctions, countTracepoints } from './tables.js';

const NO_TYPES: KernelTypes = { file: null, isOwn: true, match: null };

const finding = (error: EnvironmentError | null): Finding => ({
  problem: error?.message ?? null,
  remedy: error?.remedy ?? null,
});

/** `isOwn`: see KernelTypes. */
function moduleBtf(isOwn: boolean): Count {
  try {
    return { count: isOwn ? moduleLoads().length : 0, unknown: null };
  } catch (error) {
    return { count: null, unknown: isSystemError(error) ? error.code : String(error) };
  }
}

interface Examined {
  readonly types: KernelTypes;
  readonly problem: EnvironmentError | null;
}

/** The kernel's types, or why there are none. A file that is no BTF of any kernel is an error. */
function examineTypes(addon: Addon, file: string | undefined, read: ReadStart): Examined {
  const problem = typesProblem(file, read);
  if (problem !== null) return { types: NO_TYPES, problem };
  try {
    return { types: useTypes(addon, file), problem };
  } catch (error) {
    if (error instanceof EnvironmentError) return { types: NO_TYPES, problem: error };
    throw error;
  }
}

function examinedBtf({ types, problem }: Examined): DoctorReport['btf'] {
  const bytes = problem === null ? statSync(types.file ?? BTF).size : null;
  return { ...finding(problem), bytes, file: types.file, match: types.match };
}

/** The choice of `ipft -m MARK`, made by the same function. */
function autoChoice(
  addon: Addon,
  environment: Environment,
  basic: EnvironmentError | null,
  traceable: number,
): Pick<DoctorReport, 'auto' | 'auto_problem'> {
  try {
    if (basic !== null) throw basic;
    const demand = { functions: () => traceable, force: false };
    const wanted = { backend: 'auto', tracer: functionTracer, ...demand };
    return { auto: chooseBackend(wanted, addon, environment).backend.id, auto_problem: null };
  } catch (error) {
    if (!(error instanceof IpftError)) throw error;
    return { auto: null, auto_problem: error.message };
  }
}

/** Examines everything that a trace depends on, and changes nothing in the kernel. */
export function examine(addon: Addon, file: string | undefined, read: ReadStart = readStart): DoctorReport {
  addon.setRlimits(); // before Linux 5.11 the probes of backends count towards the limit of locked memory
  const examined = examineTypes(addon, file, read);
  const { isOwn } = examined.types;
  const environment = readEnvironment(isOwn, read);
  const { tracefs } = environment;
  const privilege = privilegeProblem(read);
  const basic = privilege ?? examined.problem;
  const backends = examineBackends(addon, environment, basic);
  const { functions, ofModules } = countFunctions(addon, tracefs);
  return {
    kernel: release(),
    architecture: machine(),
    btf: examinedBtf(examined),
    module_btf: { ...moduleBtf(isOwn), ...ofModules },
    lockdown: readLockdown(read, tracefs),
    privilege: { ...finding(privilege), capabilities: readCapabilities(read) },
    tracefs: { ...finding(environment.problem('function list')), path: tracefs },
    kallsyms: { ...finding(environment.problem('kernel addresses')), kptr_restrict: readKptrRestrict(read) },
    functions,
    tracepoints: countTracepoints(addon),
    backends,
    ...autoChoice(addon, environment, basic, functions.traceable.count ?? 0),
  };
}
