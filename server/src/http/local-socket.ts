import type { Socket } from 'node:net';

/** Connections through the Unix socket of the data directory: anyone who can open it (0600) owns the data. */
const local = new WeakSet<Socket>();

export function trustLocalSocket(socket: Socket): void {
  local.add(socket);
}

export function isLocalSocket(socket: Socket): boolean {
  return local.has(socket);
}
