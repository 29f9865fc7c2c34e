// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Option } from 'commander';
import { parseCondition } from '../core/condition.js';
import { UsageError } from '../core/errors.js';
import { STDOUT } from '../core/options.js';
import { inTrigger, type RecorderOptions, type Trigger } from '../core/trigger.js';
import { option } from './option.js';
import { parseCount, parseDuration, parseNanoseconds, parseSize } from './values.js';

/** bytes: a ring that is smaller keeps hardly a packet */
const LEAST_RING = 100_000;
const AFTER_MS = 1000;

/** What commander makes of these options. */
export interface RecorderFlags {
  readonly write?: string | undefined;
  readonly ring?: number | undefined;
  readonly trigger?: readonly Trigger[] | undefined;
  readonly triggerCount?: number | undefined;
  readonly triggerAfter?: number | undefined;
}

const PREFIX = /^SKB_DROP_REASON_/;

function parseTrigger(text: string): Trigger {
  if (text === 'drop') return { kind: 'drop', text, reason: null };
  const [, kind, value = ''] = /^(drop:|age>|where:)(.+)$/s.exec(text) ?? [];
  switch (kind) {
    case 'drop:':
      return { kind: 'drop', text, reason: value.toUpperCase().replace(PREFIX, '') };
    case 'age>':
      return { kind: 'age', text, ns: parseNanoseconds('--trigger', 'age>')(value) };
    case 'where:':
      return { kind: 'where', text, condition: inTrigger(() => parseCondition(value)) };
    default:
      throw new UsageError(
        `--trigger: expected drop, drop:REASON, age>TIME or where:CONDITION, received '${text}'`,
        '--trigger drop',
      );
  }
}

/** The flight recorder: what it keeps, and when it writes it. */
export const recorderOptions = (): readonly Option[] => [
  option(
    '--ring <size>',
    'keep the last events in memory, so many bytes of them such as 64MB; write them, and those that follow, only when a --trigger or SIGUSR2 comes: to PATH, then PATH.1, PATH.2, ...',
    parseSize('--ring', LEAST_RING),
  ),
  option(
    '--trigger <condition>',
    'drop, drop:REASON, age>TIME (a packet has not ended so long after its first event) or where:CONDITION (as of --where, of what is recorded); may be given several times',
    (text, before: readonly Trigger[] = []) => [...before, parseTrigger(text)],
  ),
  option('--trigger-count <files>', 'end after this number of files', parseCount('--trigger-count', 1)),
  option(
    '--trigger-after <time>',
    'how long after the trigger events are still written (default: 1s)',
    parseDuration('--trigger-after'),
  ),
];

/** What the flags ask for; undefined: no flight recorder. Throws a UsageError for those that do not go together. */
export function recorderOf({
  write,
  ring,
  trigger,
  triggerCount,
  triggerAfter,
}: RecorderFlags): RecorderOptions | undefined {
  if (ring === undefined) {
    const others = { '--trigger': trigger, '--trigger-count': triggerCount, '--trigger-after': triggerAfter };
    const [flag] = Object.entries(others).find(([, value]) => value !== undefined) ?? [];
    if (flag === undefined) return undefined;
    throw new UsageError(`${flag}: no events are kept that a trigger would write`, '--ring 64MB');
  }
  if (write === STDOUT)
    throw new UsageError('--ring: each trigger writes a file, and stdout is only one', '-w PATH');
  return { size: ring, triggers: trigger ?? [], most: triggerCount, afterMs: triggerAfter ?? AFTER_MS };
}
