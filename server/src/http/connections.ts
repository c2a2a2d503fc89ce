import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { addressKey } from '../auth/limiter.ts';

/**
 * Bounds how many connections there are, and how many of one address (IPv6: of one /64). Those beyond are closed before anything is read of them.
 * @param perAddress Infinity behind a proxy, whose connections all come from one
 */
export function boundConnections(server: Server, max: number, perAddress: number): void {
  server.maxConnections = max;
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    // It has gone already.
    if (socket.remoteAddress === undefined) return;
    const address = addressKey(socket.remoteAddress);
    const others = open.get(address) ?? 0;
    if (others >= perAddress) {
      socket.destroy();
      return;
    }
    open.set(address, others + 1);
    socket.once('close', () => {
      const left = open.get(address)! - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  });
}
