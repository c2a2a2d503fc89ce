import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { addressKey } from '../auth/limiter.ts';

/**
 * Limits the number of connections, in total and per address (IPv6: per /64). Further ones are closed before anything is read from them.
 * @param perAddress Infinity behind a proxy, whose connections all come from one address
 */
export function boundConnections(server: Server, max: number, perAddress: number): void {
  server.maxConnections = max;
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    // It is already closed.
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
