#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// First of all, so that `pkill -TERM ipft` finds the process at any time.
process.title = 'ipft';
// By default it lets whoever can connect to a port on the loopback debug this process, which runs as root.
process.on('SIGUSR1', () => undefined);
void import('./cli/main.js').then(({ main }) => main(process.argv.slice(2)));
