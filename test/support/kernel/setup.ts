import { BACKENDS } from './kernel.js';
import { readText } from './system.js';

if (process.getuid?.() !== 0 || readText('/proc/1/comm').trim() === 'systemd')
  throw new Error('these tests change the kernel they run on: lab/vm KERNEL -- node_modules/.bin/vitest ...');
if (BACKENDS.length === 0) throw new Error('no backend');
