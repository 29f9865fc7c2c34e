// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { el } from './dom.js';

/** What the page carries: as base64 of DEFLATE. */
async function bytesIn(element: Element): Promise<Uint8Array> {
  const text = atob(element.textContent.trim());
  const packed = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function start(show: (data: Uint8Array) => readonly HTMLElement[]): Promise<void> {
  const data = document.getElementById('report');
  if (data === null) throw new Error('this file has no report');
  const bytes = await bytesIn(data);
  data.remove();
  document.body.append(...show(bytes));
  document.documentElement.dataset['ready'] = 'true';
}

/** Shows what the page carries, or says that this is not possible. */
export function showPage(show: (data: Uint8Array) => readonly HTMLElement[]): void {
  void start(show).catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    document.body.append(
      el('p', { class: 'failure', attributes: { role: 'alert' } }, `This report cannot be shown: ${text}`),
    );
  });
}

/** Tells a part of the page when it is printed, and when not any more. */
export function whenPrinted(tell: (isPrinting: boolean) => void): void {
  window.addEventListener('beforeprint', () => tell(true));
  window.addEventListener('afterprint', () => tell(false));
}
