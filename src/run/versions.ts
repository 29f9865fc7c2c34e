// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IpftError } from '../core/errors.js';
import { packageRoot } from '../core/package-root.js';
import { version } from '../core/version.js';
import { loadAddon } from '../native/addon.js';
import { product } from '../native/products.js';

interface Component {
  readonly name: string;
  readonly version: string;
}

/** What a package says that was put into it (packaging/contents.mjs); nothing in a clone. */
function contents(): Component[] {
  const path = join(packageRoot(), 'sbom.cdx.json');
  if (!existsSync(path)) return [];
  return (JSON.parse(readFileSync(path, 'utf8')) as { components: Component[] }).components;
}

/** The addon, and the libbpf that it runs with; or why it does not load. */
function addon(): string {
  try {
    const { libbpfVersion } = loadAddon();
    return `${product('ipft.node', 'native addon').path}, libbpf ${libbpfVersion.replace(/^v/, '')}`;
  } catch (error) {
    if (error instanceof IpftError) return error.message;
    throw error;
  }
}

/** The text of `ipft --version -v`: a line for each part of this ipft. */
export function versions(): string {
  const parts = [
    ['ipft', version()],
    ['Node.js', `${process.versions.node}, ${process.execPath}`],
    ['addon', addon()],
    ...contents().map(({ name, version }) => [`  ${name}`, version] as const),
  ] as const;
  return parts.map(([name, text]) => `${name.padEnd(30)}${text}\n`).join('');
}
