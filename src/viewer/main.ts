// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { App } from './app.js';
import { el } from './dom.js';
import { Report } from './report.js';

/** The report's bytes: what is in the page as base64 of DEFLATE. */
async function bytesIn(element: Element): Promise<Uint8Array> {
  const text = atob(element.textContent.trim());
  const packed = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function start(): Promise<void> {
  const data = document.getElementById('report');
  if (data === null) throw new Error('this file has no report');
  const report = new Report(await bytesIn(data));
  data.remove();
  document.body.append(...new App(report).parts);
  document.documentElement.dataset['ready'] = 'true';
}

void start().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : String(error);
  document.body.append(
    el('p', { class: 'failure', attributes: { role: 'alert' } }, `This report cannot be shown: ${text}`),
  );
});
