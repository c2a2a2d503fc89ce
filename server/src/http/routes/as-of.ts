import type { FastifyReply } from 'fastify';

/** `fresh=false` never waits: the header says the time for which the answer stands. */
export function sayAsOf(reply: FastifyReply, answer: { readonly asOf?: number }): void {
  if (answer.asOf !== undefined) reply.header('seismo-as-of', new Date(answer.asOf).toISOString());
}
