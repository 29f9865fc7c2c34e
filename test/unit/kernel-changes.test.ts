// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it, vi } from 'vitest';
import type { TraceOptions } from '../../src/core/options.js';
import type { Plan } from '../../src/plan/prepare.js';
import type { Probes } from '../../src/engine/attach.js';
import { KernelChanges } from '../../src/engine/kernel-changes.js';
import type { Session } from '../../src/native/types.js';
import { Messages } from '../../src/terminal/messages.js';

const NO_PROBES: unknown = {};
const LOADED = [{ module: 'dummy', inode: 7n }];

vi.mock('../../src/machine/kernel-state.js', () => ({
  moduleLoads: (): typeof LOADED => LOADED,
  namesWithoutBtf: (): string[] => [],
  kernelState: (): null => null,
}));

/** A trace that ends while the functions of the module are read, which takes for ever. */
function endedTrace(): { changes: KernelChanges; said: () => string } {
  let said = '';
  const plan = {
    types: { isOwn: true },
    addon: { readModuleFunctions: () => new Promise(() => undefined), forgetSymbols: () => undefined },
    table: { kind: 'functions', columns: { moduleLoads: [] } },
    tracefs: null,
  } as unknown as Plan;
  const messages = new Messages({ write: (text: string) => void (said += text) });
  const session = { followCpus: () => 0 } as unknown as Session;
  const changes = new KernelChanges(plan, {} as TraceOptions, session, NO_PROBES as Probes, messages);
  changes.stop();
  return { changes, said: () => said };
}

it('counts a module as missing that is still being read when the trace ends', async () => {
  const { changes, said } = endedTrace();
  await changes.settled(10);
  expect(changes.all.modules).toMatchObject([{ module: 'dummy', functions: 0, unattached: null }]);
  expect(changes.losses().map(({ text }) => text)).toEqual([
    'module dummy was loaded during the trace: calls of all of its functions are missing',
  ]);
  expect(said()).toContain('the trace ended before they could be attached');
  await changes.settled(10);
  expect(changes.all.modules).toHaveLength(1);
});

it('counts a second module as missing that came while the first was read', async () => {
  const { changes } = endedTrace();
  const settled = changes.settled(10);
  LOADED.push({ module: 'second', inode: 8n });
  await settled;
  expect(changes.all.modules.map(({ module, unattached }) => [module, unattached])).toEqual([
    ['dummy', null],
    ['second', null],
  ]);
});
