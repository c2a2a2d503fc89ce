import type { FastifyReply } from 'fastify';

/** With `fresh=false`, an answer never waits. The header contains the time that the answer reflects. */
export function sayAsOf(reply: FastifyReply, answer: { readonly asOf?: number }): void {
  if (answer.asOf !== undefined) reply.header('seismo-as-of', new Date(answer.asOf).toISOString());
}
