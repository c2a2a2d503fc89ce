// `npm run bench:ruby`: what the Ruby client costs the program that uses it, and what is lost in runs of faults; written to
// bench/results/ruby.md. Needs Ruby, Rack and Puma. Three minutes on two cores.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { prepare, root } from '../scripts/prepare.mjs';

prepare();
const count = (number) => Math.round(number).toLocaleString('en');
const ask = (program, ...args) => execFileSync(program, args, { cwd: root, encoding: 'utf8' }).trim();
const { versions, costs, losses } = JSON.parse(
  execFileSync('ruby', ['bench/ruby.rb'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1024 * 1024,
  }),
);
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
writeFileSync(
  join(root, 'bench/results/ruby.md'),
  `# Figures of the Ruby client

${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0].model}, ${count(totalmem() / 2 ** 20)} MB, ${versions}, commit ${ask('git', 'rev-parse', '--short', 'HEAD')}.
Made by \`npm run bench:ruby\`. Load average at the end: ${loadavg()[0].toFixed(1)} on ${cpus().length} cores.

## What it costs the program that uses it

${table(['What', 'Median', 'Quartiles'], costs)}

\`track\` was measured against a server that takes everything. The middleware was measured in pairs: two Pumas that differ in it alone take turns with 2,000 requests each; compared is the CPU time of the whole process, all
threads, delivery included.

## What is lost

${table(['Run', 'tracked', 'stored', 'lost', 'counted twice'], losses)}
`,
);
console.log('bench/results/ruby.md is written.');
