// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOME } from '../home.js';

/** A copy of the files that git knows, in another folder, which has made its own packages. */
export function anotherClone(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'ipft-another-clone-'));
  // Node.js in the packages is the one that was fetched; sysroots are fetched anew, with apt's lists.
  const script = `cd "${HOME}"
    git ls-files -z | xargs -0 cp --parents -t "${path}"
    cp -r node_modules "${path}/"
    mkdir -p "${path}/.cache" "${path}/src/core"
    cp -r .cache/node "${path}/.cache/"
    cp src/core/abi.ts "${path}/src/core/"
    epoch=$(git log -1 --format=%ct)
    cd "${path}"
    export SOURCE_DATE_EPOCH=$epoch
    packaging/npm
    packaging/tarball x64
    packaging/deb x64
    packaging/image x64`;
  execFileSync('bash', ['-euc', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
