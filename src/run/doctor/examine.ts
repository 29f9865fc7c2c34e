// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readdirSync, statSync } from 'node:fs';
import { machine, release } from 'node:os';
import { dirname } from 'node:path';
import { IpftError, isSystemError, type EnvironmentError } from '../../core/errors.js';
import type { Addon } from '../../native/types.js';
import { chooseBackend } from '../../machine/choose-backend.js';
import { functionTracer } from '../../core/tracer.js';
import { readEnvironment, type Environment } from '../../machine/environment.js';
import { BTF, btfProblem } from '../../machine/environment/btf.js';
import { privilegeProblem, readCapabilities } from '../../machine/environment/capabilities.js';
import { readKptrRestrict } from '../../machine/environment/kallsyms.js';
import { readLockdown } from '../../machine/environment/lockdown.js';
import { readStart, type ReadStart } from '../../machine/environment/read-start.js';
import { examineBackends } from './backends.js';
import type { Count, DoctorReport, Finding } from './report.js';
import { countFunctions, countTracepoints } from './tables.js';

const finding = (error: EnvironmentError | null): Finding => ({
  problem: error?.message ?? null,
  remedy: error?.remedy ?? null,
});

function moduleBtf(): Count {
  try {
    return { count: readdirSync(dirname(BTF)).filter((name) => name !== 'vmlinux').length, unknown: null };
  } catch (error) {
    return { count: null, unknown: isSystemError(error) ? error.code : String(error) };
  }
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
export function examine(addon: Addon, read: ReadStart = readStart): DoctorReport {
  addon.setRlimits(); // before Linux 5.11 the probes of backends count towards the limit of locked memory
  const environment = readEnvironment(read);
  const { tracefs } = environment;
  const privilege = privilegeProblem(read);
  const btf = btfProblem(read);
  const backends = examineBackends(addon, environment, privilege ?? btf);
  const { functions, ofModules } = countFunctions(addon, tracefs);
  return {
    kernel: release(),
    architecture: machine(),
    btf: { ...finding(btf), bytes: btf === null ? statSync(BTF).size : null },
    module_btf: { ...moduleBtf(), ...ofModules },
    lockdown: readLockdown(read, tracefs),
    privilege: { ...finding(privilege), capabilities: readCapabilities(read) },
    tracefs: { ...finding(environment.problem('function list')), path: tracefs },
    kallsyms: { ...finding(environment.problem('kernel addresses')), kptr_restrict: readKptrRestrict(read) },
    functions,
    tracepoints: countTracepoints(addon),
    backends,
    ...autoChoice(addon, environment, privilege ?? btf, functions.traceable.count ?? 0),
  };
}
