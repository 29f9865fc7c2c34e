// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { DocumentKind } from '../document.js';
import { nodeOf, pictureOutput, type Picture } from './picture.js';

/** As a string in quotes has it; Graphviz takes what looks like an entity of HTML for one, there too. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"');

/** Each line ends with `\l`, which aligns it to the left. */
const label = (lines: readonly string[]): string =>
  `label="${lines.map((line) => `${escaped(line)}\\l`).join('')}"`;

function* draw({ packets, arrows, omitted }: Picture): Generator<string> {
  yield 'digraph {\n  node [shape=box fontname="monospace" fontsize=10]\n  edge [fontname="monospace" fontsize=10]\n';
  for (const packet of packets) {
    yield `  subgraph cluster_p${packet.packet} {\n    ${label([packet.title])}\n    fontname="monospace"\n`;
    for (const [index, { lines, isDrop }] of packet.stretches.entries()) {
      yield `    ${nodeOf(packet, index)} [${label(lines)}${isDrop ? ' color="#cc0000" fontcolor="#660000"' : ''}]\n`;
      if (index > 0) yield `    ${nodeOf(packet, index - 1)} -> ${nodeOf(packet, index)}\n`;
    }
    yield '  }\n';
  }
  for (const { from, to, text } of arrows) yield `  ${from} -> ${to} [${label([text])} style=dashed]\n`;
  if (omitted > 0) yield `  omitted [${label([`${omitted} more packets are not shown`])}]\n`;
  yield '}\n';
}

/** A graph for Graphviz. */
export const dot: DocumentKind = {
  id: 'dot',
  isBinary: false,
  fields: ['len', 'gso-type'],
  create: ({ trace }) => pictureOutput(trace, draw),
};
