// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { release } from 'node:os';
import { realOffset } from '../core/clock.js';
import type { Backend, TableKind } from '../core/backend.js';
import type { FunctionTable, ModuleLoad, Selection } from '../core/function-table.js';
import type { Check } from '../checks/check.js';
import type { TraceOptions } from '../core/options.js';
import { functionsOf, type SelectedFunctions } from './selected-functions.js';
import { ShownFunctions } from './shown-functions.js';
import type { Traced } from '../core/traced.js';
import { tracers, type Tracer } from '../core/tracer.js';
import { loadAddon } from '../native/addon.js';
import { keeperPath } from '../native/products.js';
import { startSweep } from '../native/keeper.js';
import type { AttachPlan, KeeperFunction } from '../native/keeper-protocol.js';
import type { Addon, Session } from '../native/types.js';
import { bodyOffsets } from '../machine/bodies.js';
import { chooseBackend } from '../machine/choose-backend.js';
import { warnOfAbsences } from './absences.js';
import { checksOf, uncheckedOf } from './checks.js';
import { basicProblem, readEnvironment } from '../machine/environment.js';
import { crossing } from '../columns/crossing.js';
import { nft } from '../columns/nft.js';
import type { Why } from '../core/why.js';
import type { Column } from '../core/column.js';
import { dataOf, type Data } from './data.js';
import { parseFields } from './parse-fields.js';
import { tracedModules } from '../machine/modules.js';
import { checkHasFilter, planFilter, type PlannedFilter } from './packet-filter.js';
import { native } from '../native/call.js';
import { useTypes, type KernelTypes } from '../machine/kernel-types.js';
import { knownTable } from '../machine/known-tables.js';
import { NO_ADDITIONS, type Additions } from './additions.js';
import { kernelNames } from './kernel-names.js';
import type { NftSteps } from '../nft/steps.js';
import type { Messages } from '../terminal/messages.js';
import { checkedFields, nftSteps } from './why.js';

/** What a trace loads and attaches, before anything is in the kernel. */
export interface Plan extends SelectedFunctions {
  readonly addon: Addon;
  /** null if not mounted: the backend works without it */
  readonly tracefs: string | null;
  readonly types: KernelTypes;
  /** functions of the table, followed by those of modules loaded later */
  readonly functions: ShownFunctions;
  readonly backend: Backend;
  /** by function index: offset from the entry at which a probe is tried first */
  readonly bodyOffsets: Uint8Array;
  readonly tracer: Tracer;
  readonly inBpf: Additions['inBpf'];
  readonly data: Data;
  readonly checks: readonly Check[];
  /** what they cannot check with the traced functions, in words */
  readonly unchecked: readonly string[];
  /** the filter besides the mark; undefined: only the mark is checked */
  readonly filter: PlannedFilter | undefined;
  /** what packets meet in nftables; null: nobody asks */
  readonly nft: NftSteps | null;
  /** the description by which rows are shown; stacks are added by the session */
  readonly shown: Omit<Traced, 'stack'>;
}

/** Reads tables of functions, each once, when it is needed. */
class Tables {
  readonly #known = new Map<TableKind, FunctionTable>();

  constructor(
    private readonly addon: Addon,
    private readonly from: { tracefs: string | null; types: string | null; why: readonly Why[] },
  ) {}

  get(kind: TableKind): FunctionTable {
    const table = this.#known.get(kind) ?? knownTable(this.addon, kind, this.from);
    this.#known.set(kind, table);
    return table;
  }

  /** Number of functions that a selection traces. */
  functionsIn(selection: Selection): number {
    const table = this.get('functions');
    return table.traceable(table.select(selection)).length;
  }
}

/**
 * The columns of --fields; without it, those of an ipftrace2-style extension alone, or null for the output's
 * default.
 */
function fieldsOf({ fields, why }: TraceOptions, { isAlone }: Additions): readonly Column[] | null {
  if (fields !== undefined) return checkedFields(why, parseFields(fields));
  return isAlone ? [] : null;
}

/** The columns that are shown after the fields. */
const furtherColumns = (
  { columns }: Additions,
  { follows }: Pick<Plan, 'follows'>,
  checks: readonly Check[],
  answers: NftSteps | null,
): readonly Column[] => [
  ...columns,
  ...(answers === null ? [] : [nft]),
  ...(follows === 0 ? [] : [crossing]),
  ...checks.map(({ column }) => column),
];

function tracerOf({ tracer: id }: TraceOptions): Tracer {
  const tracer = tracers.get(id);
  if (tracer === undefined) throw new Error(`no tracer '${id}'`);
  return tracer;
}

/** Loads the addon, and checks that this process may trace at all. */
function addonFor(
  { setRlimits, btf, verbose }: TraceOptions,
  messages: Messages,
): Pick<Plan, 'addon' | 'types'> {
  const addon = loadAddon();
  const problem = basicProblem(btf);
  if (problem !== null) throw problem;
  if (setRlimits) addon.setRlimits();
  const types = useTypes(addon, btf);
  if (verbose && types.file !== null) messages.line(`BTF of ${types.file}: ${types.match ?? ''}`);
  return { addon, types };
}

/** The description by which rows are shown. */
function shownBy(
  addon: Addon,
  { functions, follows }: Pick<Plan, 'functions' | 'follows'>,
  shown: Pick<Traced, 'layout' | 'fields' | 'further' | 'returns'> & { answers: NftSteps | null },
  { snaplen }: TraceOptions,
): Plan['shown'] {
  const { layout, fields, further, returns, answers } = shown;
  return {
    ...{ kernel: release(), functions, returns, fields, further, follows: follows !== 0, layout, snaplen },
    clock: { realOffsetNs: realOffset(addon.readClocks()), firstNs: null },
    readClocks: () => addon.readClocks(),
    names: kernelNames(addon, answers),
  };
}

/** Checks the machine, chooses the backend and reads the functions. */
export function prepare(
  options: TraceOptions,
  messages: Messages,
  additions: Additions = NO_ADDITIONS,
): Plan {
  checkHasFilter(options, additions.conditions);
  const tracer = tracerOf(options);
  const fields = fieldsOf(options, additions);
  const checks = checksOf(options);
  const { addon, types } = addonFor(options, messages);
  const environment = readEnvironment(types.isOwn);
  const { tracefs } = environment;
  // If the list of functions cannot be read, the list of probes cannot be either.
  if (tracefs !== null && environment.problem('function list') === null) sweep(addon, tracefs, messages);
  const { backend, force, selection, why = [] } = options;
  const tables = new Tables(addon, { tracefs, types: types.file, why });
  const wanted = { backend, tracer, force, functions: () => tables.functionsIn(selection) };
  const choice = native('probing the backends', () => chooseBackend(wanted, addon, environment));
  const functions = functionsOf(choice, tables.get(choice.backend.table), options, messages);
  const way = { backend: choice.backend, tracer };
  const answers = nftSteps(options, choice, { addon, table: functions.table }, messages);
  const further = furtherColumns(additions, functions, checks, answers);
  const data = dataOf(options, addon, [...(fields ?? []), ...further], additions.reads, messages);
  const verboseMessages = options.verbose ? messages : null;
  const stacks = data.layout.reads.some(({ read }) => read.kind === 'stack');
  const offsets = bodyOffsets({ addon, table: functions.table, tracefs, ...way, stacks }, verboseMessages);
  const filter = planFilter(options, addon, additions.conditions, verboseMessages);
  warnOfAbsences(options, messages);
  const known = { ...functions, functions: new ShownFunctions(functions.table) };
  const shown = shownBy(
    addon,
    known,
    { ...data, fields, further, returns: tracer.returns, answers },
    options,
  );
  return {
    ...{ addon, tracefs, types, ...known, ...way, bodyOffsets: offsets },
    ...{ inBpf: additions.inBpf, data, checks, unchecked: uncheckedOf(checks, functions), filter, shown },
    nft: answers,
  };
}

function sweep(addon: Addon, tracefs: string, messages: Messages): void {
  const orphans = native('looking for orphaned probes', () => addon.orphanedTraceEvents(tracefs));
  if (orphans === 0) return;
  messages.line('Removing the names of the probes that a killed trace has left, in the background');
  startSweep(keeperPath(), tracefs);
}

/** Functions in the form that the probe-keeper gets. */
export function keeperFunctions(table: FunctionTable, ids: readonly number[]): KeeperFunction[] {
  return table.probes(ids).map((probe) => ({ ...probe, bodyOffset: 0 }));
}

/** What the probe-keeper has to attach. */
export function planOf(plan: Plan, session: Session): AttachPlan {
  const { table, traceable, uncertain, probedOnly, backend, bodyOffsets } = plan;
  const probes = table.probes([...traceable, ...uncertain, ...probedOnly]);
  const functions = probes.map((probe, position) => ({
    ...probe,
    ...(backend.ownPrograms ? { program: position } : {}),
    bodyOffset: bodyOffsets[probe.id] ?? 0,
    hidden: position >= traceable.length,
  }));
  return laterPlan(plan, session, tracedModules(table, traceable), functions);
}

/** The plan for functions of modules loaded later. `modules`: these modules as they were when read. */
export function laterPlan(
  { backend, tracefs, tracer }: Plan,
  { programFds }: Session,
  modules: readonly ModuleLoad[],
  functions: readonly KeeperFunction[],
): AttachPlan {
  return { backend: backend.id, tracefs, returns: tracer.returns, programFds, modules, functions };
}
