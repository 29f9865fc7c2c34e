// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync } from 'node:fs';
import { nft } from '../columns/nft.js';
import type { Column } from '../core/column.js';
import { EnvironmentError, UnsupportedError, UsageError } from '../core/errors.js';
import type { FunctionTable } from '../core/function-table.js';
import type { TraceOptions } from '../core/options.js';
import { whyNoFunctions, type Choice } from '../machine/choose-backend.js';
import { native } from '../native/call.js';
import type { Addon } from '../native/types.js';
import { NftSteps } from '../nft/steps.js';
import { readStructures } from '../nft/structures.js';
import type { Messages } from '../terminal/messages.js';

const MODULE = '/sys/module/nf_tables';

/** Checks that the backend sees what --why asks for: it takes functions. */
function checkBackend({ why = [], backend: asked }: TraceOptions, choice: Choice): void {
  if (why.length === 0 || choice.backend.table === 'functions') return;
  if (asked !== 'auto')
    throw new UsageError(`--why: -b ${choice.backend.id} sees no functions`, '--backend auto');
  const { reason, remedy } = whyNoFunctions(choice);
  throw new EnvironmentError(
    `--why needs functions, and only tracepoints can be traced here: ${reason}`,
    remedy,
  );
}

/** The fields, without those that --why shows by itself. Throws a UsageError for those without their --why. */
export function checkedFields(why: TraceOptions['why'] = [], fields: readonly Column[]): readonly Column[] {
  if (fields.includes(nft) && !why.includes('nft'))
    throw new UsageError('--fields: nft is there only with --why nft', '--why nft');
  return fields.filter((field) => field !== nft);
}

/** What answers for nftables; null: nobody asks. Throws an UnsupportedError if this kernel does not describe it. */
export function nftSteps(
  options: TraceOptions,
  choice: Choice,
  { addon, table }: { addon: Addon; table: FunctionTable },
  messages: Messages,
): NftSteps | null {
  checkBackend(options, choice);
  if (options.why?.includes('nft') !== true) return null;
  const isLoaded = existsSync(MODULE) || table.deciders.length > 0;
  if (!isLoaded) {
    messages.line('nf_tables is not loaded: there are no rules of nftables yet');
  } else if (native("reading nftables' types", () => readStructures(addon)) === null)
    throw new UnsupportedError(
      '--why nft: this kernel does not describe nf_tables: it needs the BTF of modules (CONFIG_DEBUG_INFO_BTF_MODULES), and Linux 5.17',
      'a later kernel, with BTF of its modules',
    );
  const steps = new NftSteps(addon, (text, remedy) => messages.warn(text, remedy));
  if (isLoaded) native('reading the rules of nftables', () => steps.prepare());
  return steps;
}
