// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { backends } from '../../backends/index.js';
import type { EnvironmentError } from '../../core/errors.js';
import type { Addon } from '../../native/types.js';
import { ask, isAvailable, lacks, reasonsOf, type Demand } from '../../machine/choose-backend.js';
import type { Environment } from '../../machine/environment.js';
import { native } from '../../native/call.js';
import type { BackendFinding } from './report.js';

/** A demand without functions or limits: the report does not depend on what is to be traced. */
const ANY_DEMAND: Demand = { functions: () => 0, force: true };

/**
 * Examines every backend, in the order in which `auto` tries them. `basic`: a requirement of all backends
 * that is not met.
 */
export function examineBackends(
  addon: Addon,
  environment: Environment,
  basic: EnvironmentError | null,
): BackendFinding[] {
  return [...backends.values()].map((backend) => {
    // Without privilege the kernel refuses everything, so probing it would show nothing.
    const answer =
      basic === null
        ? native('probing the backends', () => ask(backend, addon, environment, ANY_DEMAND))
        : { backend, problems: [basic], errno: 0, excess: 0 };
    return {
      id: backend.id,
      usable: isAvailable(answer),
      description: backend.description,
      reasons: reasonsOf(answer),
      remedies: lacks(answer) ? [] : answer.problems.flatMap(({ remedy }) => remedy ?? []),
    };
  });
}
