#!/usr/bin/env node
// First of all, so that `pkill -TERM ipft` finds the process at any time.
process.title = 'ipft';
const { main } = await import('./cli.js');
await main(process.argv.slice(2));
