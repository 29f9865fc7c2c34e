// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { chromium, type Browser } from 'playwright-core';

/** Debian's Chromium. Tests run as root, whom it gives no sandbox, and where /dev/shm may be small; the pages are files of ours. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
