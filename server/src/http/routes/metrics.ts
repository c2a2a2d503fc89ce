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
      summary: 'Counts and sizes for Prometheus; without a token from this machine alone',
      access: 'user',
      isOpenTo: isOfThisMachine,
      answers: { 200: { description: 'Prometheus text, version 0.0.4.', content: { 'text/plain': Type.String() } } },
      handler: async ({ reply }) => reply.header('content-type', TEXT).send(await metrics.text()),
    },
  ];
}

/**
 * A scraper on the same machine needs no token: tokens expire and keys belong to one app. A proxy's requests come from
 * this machine too but say so in a header; a page that rebinds its name to 127.0.0.1 shows by its Host.
 */
function isOfThisMachine(request: FastifyRequest): boolean {
  const { headers } = request;
  if (headers['x-forwarded-for'] ?? headers['x-real-ip'] ?? headers.forwarded ?? headers.via ?? headers.origin)
    return false;
  // A bare `proxy_pass` of nginx names this machine as the host and adds no header, but speaks HTTP/1.0; a scraper speaks 1.1.
  if (request.raw.httpVersion === '1.0') return false;
  const address = request.raw.socket.remoteAddress ?? '';
  if (!/^(::ffff:)?127\.|^::1$/.test(address)) return false;
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(headers.host ?? '');
}
