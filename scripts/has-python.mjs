import { spawnSync } from 'node:child_process';

/** Whether the ClickHouse server of the tests can be started: it needs Python to call the library (server/test/store/clickhouse-server.py). */
export const hasPython =
  process.platform === 'linux' && spawnSync('python3', ['-c', 'import ctypes'], { stdio: 'ignore' }).status === 0;
