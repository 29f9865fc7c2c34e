#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Done first, so that `pkill -TERM ipft` finds the process at any time.
process.title = 'ipft';
// Node's default handler of SIGUSR1 would open a debugger port, through which anyone on the loopback could
// take over this process, which runs as root.
process.on('SIGUSR1', () => undefined);
void import('./cli/main.js').then(({ main }) => main(process.argv.slice(2)));
