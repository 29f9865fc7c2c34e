import type { Backend } from '../core/backend.js';
import type { FunctionTable } from '../core/function-table.js';
import type { TraceOptions } from '../core/options.js';
import { keeperPath, loadAddon } from '../native/addon.js';
import { startSweep } from '../native/keeper.js';
import type { AttachPlan } from '../native/keeper-protocol.js';
import type { Addon, Session } from '../native/types.js';
import { chooseBackend, explainChoice } from './choose-backend.js';
import { checkEnvironment } from './environment.js';
import { native, readTable, selectFunctions, traceableFunctions } from './functions.js';
import type { Messages } from './messages.js';

/** All that is known before anything is loaded into the kernel. */
export interface Preparation {
  readonly addon: Addon;
  readonly tracefs: string;
  readonly table: FunctionTable;
  /** indexes of the functions that the regular expressions select */
  readonly selected: readonly number[];
  /** those of them that can be traced */
  readonly traceable: readonly number[];
  readonly backend: Backend;
}

/** Checks the machine, reads the functions and chooses the backend. */
export function prepare(options: TraceOptions, messages: Messages): Preparation {
  const addon = loadAddon();
  const tracefs = checkEnvironment();
  if (options.setRlimits) addon.setRlimits();
  const orphans = native('looking for orphaned probes', () => addon.orphanedTraceEvents(tracefs));
  if (orphans > 0) {
    messages.line('Removing the names of the probes that a killed trace has left, in the background');
    startSweep(keeperPath(), tracefs);
  }
  const table = readTable(addon, tracefs);
  for (const warning of table.columns.warnings) messages.warn(warning);
  const selected = selectFunctions(table, options.selection);
  const traceable = traceableFunctions(table, selected, options.selection);
  const choice = native('probing the backends', () => chooseBackend(options.backend, addon, tracefs));
  if (options.verbose || choice.refused.length > 0)
    explainChoice(choice).forEach((line) => messages.line(line));
  return { addon, tracefs, table, selected, traceable, backend: choice.backend };
}

/** Bit set of the BPF programs that the functions need. */
export function slotsOf({ table, traceable }: Preparation): number {
  return traceable.reduce((slots, index) => slots | (1 << (table.columns.slots[index] ?? 0)), 0);
}

/** What the probe-keeper is to attach. */
export function planOf(preparation: Preparation, session: Session): AttachPlan {
  const { table, traceable, backend, tracefs } = preparation;
  const functions = traceable.map((id) => {
    const { name, module, address } = table.at(id);
    return { id, slot: table.columns.slots[id] ?? 0, address, module, name };
  });
  return { backend: backend.id, tracefs, programFds: session.programFds, functions };
}
