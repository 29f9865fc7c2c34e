// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only

/** Lines of cells, each as wide as the widest of its column; those of the last column are left-aligned. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
