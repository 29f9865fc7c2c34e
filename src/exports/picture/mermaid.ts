// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { DocumentKind } from '../document.js';
import { nodeOf, pictureOutput, type Picture } from './picture.js';

/**
 * As Mermaid has it in quotes: it takes much for a part of its language, of Markdown or of HTML, there too. A letter is
 * one in none of them.
 */
const escaped = (text: string): string =>
  text.replace(/[^A-Za-z0-9 _.,:+/=-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`);

function* draw({ packets, arrows, omitted }: Picture): Generator<string> {
  yield 'flowchart TD\n';
  for (const packet of packets) {
    yield `  subgraph p${packet.packet}["${escaped(packet.title)}"]\n`;
    for (const [index, { lines, isDrop }] of packet.stretches.entries()) {
      const text = lines.map(escaped).join('<br/>');
      yield `    ${nodeOf(packet, index)}["${text}"]${isDrop ? ':::drop' : ''}\n`;
      if (index > 0) yield `    ${nodeOf(packet, index - 1)} --> ${nodeOf(packet, index)}\n`;
    }
    yield '  end\n';
  }
  for (const { from, to, text } of arrows) yield `  ${from} -. "${escaped(text)}" .-> ${to}\n`;
  if (omitted > 0) yield `  omitted["${omitted} more packets are not shown"]\n`;
  yield '  classDef drop fill:#fdd,stroke:#c00,color:#600\n';
}

/** A flowchart for Markdown that Mermaid draws, as on GitHub. */
export const mermaid: DocumentKind = {
  id: 'mermaid',
  isBinary: false,
  fields: ['len', 'gso-type'],
  create: ({ trace }) => pictureOutput(trace, draw),
};
