import { backends } from '../../backends/index.js';
import type { EnvironmentError } from '../../core/errors.js';
import type { Addon } from '../../native/types.js';
import { ask, isUsable, lacks, reasonsOf } from '../choose-backend.js';
import type { Environment } from '../environment.js';
import { native } from '../functions.js';
import type { BackendFinding } from './report.js';

/** Every backend, in the order in which `auto` tries them. `basic`: what none of them can do without. */
export function examineBackends(
  addon: Addon,
  environment: Environment,
  basic: EnvironmentError | null,
): BackendFinding[] {
  return [...backends.values()].map((backend) => {
    // Without privilege the kernel says no to everything: asking it would tell nothing.
    const { problems, errno } =
      basic === null
        ? native('probing the backends', () => ask(backend, addon, environment))
        : { problems: [basic], errno: 0 };
    return {
      id: backend.id,
      usable: isUsable({ backend, problems, errno }),
      description: backend.description,
      reasons: reasonsOf({ backend, problems, errno }),
      remedies: lacks({ backend, problems, errno }) ? [] : problems.flatMap(({ remedy }) => remedy ?? []),
    };
  });
}
