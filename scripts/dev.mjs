// `npm run dev`: the server on port 3005 and the dashboard on port 5173, both reloaded when their source changes. The dashboard's development server
// passes API requests on to 3005. Arguments go to the server: `npm run dev -- --data DIR`.
import { spawn } from 'node:child_process';
import { prepare, root } from './prepare.mjs';

/** The same as in web/vite.config.ts. */
const PORT = '3005';

prepare();

const server = ['server/dist/main.js', 'start', '--port', PORT, ...process.argv.slice(2)];
const children = [
  // Compiles changes; Node restarts the server when a compiled file is new.
  run('npx', ['tsc', '-p', 'server/tsconfig.build.json', '--watch', '--preserveWatchOutput']),
  run(process.execPath, ['--watch', '--watch-preserve-output', ...server]),
  run('npm', ['run', 'dev', '--workspace', 'web']),
];
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
for (const child of children) child.on('exit', stop);

/** In a process group of its own: npm and npx do not pass signals on to what they started. */
function run(program, args) {
  const stdio = ['ignore', 'inherit', 'inherit'];
  return spawn(program, args, { cwd: root, stdio, detached: true, env: { ...process.env, PORT: '' } });
}

/** When one process ends, it ends the others. */
function stop() {
  for (const { pid } of children) {
    try {
      process.kill(-pid, 'SIGTERM');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}
