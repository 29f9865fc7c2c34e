// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { packageRoot } from '../../core/package-root.js';

const asset = (name: string): string => readFileSync(join(packageRoot(), 'dist', name), 'utf8').trim();

const sourceOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * The page of a report: one file that loads nothing. Of the trace it has only base64, which the page reads as
 * text; the policy lets no other script run than its own, and nothing be loaded.
 */
export function page(kind: 'report' | 'diff', report: Uint8Array): string {
  const [script, style] = [asset(`${kind}-viewer.js`), asset('report-viewer.css')];
  const policy = `default-src 'none'; script-src ${sourceOf(script)}; style-src ${sourceOf(style)}; base-uri 'none'; form-action 'none'`;
  const data = deflateRawSync(report, { level: 9 }).toString('base64');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>ipft ${kind}</title>
<style>${style}</style>
</head>
<body>
<noscript>This report needs JavaScript, which runs within this file only and loads nothing.</noscript>
<script type="text/plain" id="report">${data}</script>
<script>${script}</script>
</body>
</html>
`;
}
