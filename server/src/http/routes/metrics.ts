import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import type { Metrics } from '../metrics.ts';
import type { Route } from '../route.ts';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';

export function metricsRoutes(metrics: Metrics): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/metrics',
      summary: 'Get metrics for Prometheus; without a token, only from this machine',
      access: 'user',
      isOpenTo: isOfThisMachine,
      answers: {
        200: { description: 'Prometheus text format, version 0.0.4.', content: { 'text/plain': Type.String() } },
      },
      handler: async ({ reply }) => reply.header('content-type', TEXT).send(await metrics.text()),
    },
  ];
}

/**
 * A scraper on the same machine needs no token: tokens expire, and keys belong to one app. Requests from a proxy also come from
 * this machine, but have a header that says so. A page that rebinds its name to 127.0.0.1 is recognized by its Host.
 */
function isOfThisMachine(request: FastifyRequest): boolean {
  const { headers } = request;
  if (headers['x-forwarded-for'] ?? headers['x-real-ip'] ?? headers.forwarded ?? headers.via ?? headers.origin)
    return false;
  // A bare `proxy_pass` of nginx uses this machine as the host and adds no header, but speaks HTTP/1.0; a scraper speaks 1.1.
  if (request.raw.httpVersion === '1.0') return false;
  const address = request.raw.socket.remoteAddress ?? '';
  if (!/^(::ffff:)?127\.|^::1$/.test(address)) return false;
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(headers.host ?? '');
}
