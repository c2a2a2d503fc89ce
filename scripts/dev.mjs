// `npm run dev`: the server on port 3005 and the dashboard on port 5173, both reloaded when their source changes. The dashboard's development server
// passes requests to the API on to 3005. Arguments go to the server: `npm run dev -- --data DIR`.
import { spawn } from 'node:child_process';
import { prepare, root } from './prepare.mjs';

/** As in web/vite.config.ts. */
const PORT = '3005';

prepare();

const server = ['server/dist/main.js', 'start', '--port', PORT, ...process.argv.slice(2)];
const children = [
  // Compiles what changed; Node starts the server again when one of its compiled files is new.
  run('npx', ['tsc', '-p', 'server/tsconfig.build.json', '--watch', '--preserveWatchOutput']),
  run(process.execPath, ['--watch', '--watch-preserve-output', ...server]),
  run('npm', ['run', 'dev', '--workspace', 'web']),
];
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
for (const child of children) child.on('exit', stop);

function run(program, args) {
  return spawn(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, PORT: '' } });
}

/** One that ends takes the others with it. */
function stop() {
  for (const child of children) child.kill('SIGTERM');
}
