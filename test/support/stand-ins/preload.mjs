// Preloaded into ipft: shows it a machine that is ready to trace, whatever the tests run on.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const FILES = {
  '/proc/self/status': 'Name:\tipft\nCapEff:\t000001ffffffffff\n',
  '/sys/kernel/btf/vmlinux': 'BTF',
  '/sys/kernel/tracing/available_filter_functions': 'ip_output\n',
  '/sys/kernel/tracing/enabled_functions': 'nft_do_chain [nf_tables] (1) R I     \n',
  '/proc/kallsyms': 'ffffffff81000000 T _text\n',
};
for (const path of (process.env.FAKE_MISSING ?? '').split(',')) FILES[path] = null;
const { openSync } = fs;
const directory = fs.mkdtempSync('/tmp/ipft-stand-ins-');
process.on('exit', () => fs.rmSync(directory, { recursive: true, force: true }));

fs.openSync = (path, ...rest) => {
  const content = FILES[path];
  if (content === undefined) return openSync(path, ...rest);
  if (content === null) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
  const copy = `${directory}/${path.replaceAll('/', '_')}`;
  fs.writeFileSync(copy, content);
  return openSync(copy, ...rest);
};
syncBuiltinESMExports();
