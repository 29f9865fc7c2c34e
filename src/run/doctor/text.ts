// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { backends } from '../../backends/index.js';
import type { BackendFinding, Count, DoctorReport, Finding } from './report.js';

const WIDTH = 16;

const row = (title: string, text: string): string => `${title.padEnd(WIDTH)}${text}`;

/** `good` if there is no problem, else the problem with its remedy below it. */
function found(title: string, { problem, remedy }: Finding, good: string): string[] {
  if (problem === null) return [row(title, good)];
  return [row(title, problem), ...(remedy === null ? [] : [row('', `Try: ${remedy}`)])];
}

const counted = ({ count, unknown }: Count): string => count?.toString() ?? `not known: ${unknown ?? ''}`;

function functions({ functions: { count, unknown, traceable } }: DoctorReport): string {
  if (count === null) return `not known: ${unknown ?? ''}`;
  return `${count} take an skb; ${traceable.unknown ?? `${traceable.count ?? 0} of them can be traced`}`;
}

function moduleBtf({ module_btf: modules }: DoctorReport): string[] {
  const title = 'BTF of modules';
  const missing = modules.missing === null ? [] : [modules.missing];
  if (modules.count === null) return [row(title, counted(modules))];
  if (modules.count === 0)
    return [row(title, missing[0] ?? 'none: the kernel has no module, or none is loaded')];
  const { functions } = modules;
  const takers = functions.count === null ? '' : `; ${functions.count} of their functions take an skb`;
  return [row(title, `of ${modules.count} modules${takers}`), ...missing.map((each) => row('', each))];
}

/** Of --btf. */
const ofFile = ({ file, match }: DoctorReport['btf']): string =>
  file === null ? '' : `, of ${file}: ${match ?? ''}`;

function backendLines({ id, usable, description, reasons, remedies }: BackendFinding): string[] {
  if (usable) return [row(`  ${id}`, `yes  ${description}`)];
  return [
    ...reasons.map((reason, at) =>
      row(at === 0 ? `  ${id}` : '', at === 0 ? `no   ${reason}` : `     ${reason}`),
    ),
    // Only the most urgent remedy; --json has all.
    ...remedies.slice(0, 1).map((remedy) => row('', `     Try: ${remedy}`)),
  ];
}

function verdict({ auto, auto_problem: problem, backends: found }: DoctorReport): string {
  if (auto === null) {
    const usable = found.filter((backend) => backend.usable).map(({ id }) => id);
    if (usable.length === 0) return 'Nothing can be traced here.';
    return `--backend auto stops: ${problem ?? ''}. Usable by name: ${usable.join(', ')}.`;
  }
  const what = backends.get(auto)?.table === 'tracepoints' ? ': tracepoints only, not functions' : '';
  return `--backend auto picks ${auto}${what}.`;
}

/** The report for people, which fits on one screen. */
export function reportText(report: DoctorReport): string {
  const { btf, lockdown, privilege, tracefs, kallsyms } = report;
  const held = Object.entries(privilege.capabilities).flatMap(([name, has]) => (has ? [name] : []));
  const lines = [
    row('Kernel', `Linux ${report.kernel} ${report.architecture}`),
    ...found('BTF', btf, `${((btf.bytes ?? 0) / 1e6).toFixed(1)} MB${ofFile(btf)}`),
    ...moduleBtf(report),
    row('Lockdown', `${lockdown.mode ?? 'not known'} (${lockdown.source})`),
    ...found('Privilege', privilege, held.join(' ')),
    ...found('tracefs', tracefs, tracefs.path ?? ''),
    ...found(
      'Addresses',
      kallsyms,
      `shown (kernel.kptr_restrict is ${kallsyms.kptr_restrict ?? 'not known'})`,
    ),
    row('Functions', functions(report)),
    row(
      'Tracepoints',
      report.tracepoints.count === null
        ? counted(report.tracepoints)
        : `${report.tracepoints.count} pass an skb`,
    ),
    '',
    'Backends, in the order in which auto tries them:',
    ...report.backends.flatMap(backendLines),
    '',
    verdict(report),
  ];
  return `${lines.join('\n')}\n`;
}
