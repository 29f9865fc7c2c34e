// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
export declare const NODES: Readonly<Record<20 | 22 | 24 | 26, string>>;
export declare function fromNpm(
  name: string,
  version: string,
  overrides?: Readonly<Record<string, string>>,
): string;
export declare function nodeFolder(version: string): string;
