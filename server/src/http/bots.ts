import { isbot } from 'isbot';

/** Nothing that names itself in a longer text is looked for; it bounds the work at some 20 µs. */
const AGENT_MAX_LENGTH = 512;

/** Whether a crawler, or a browser that a program drives, names itself so. */
export const isBotAgent = (agent: string | undefined): boolean =>
  agent !== undefined && isbot(agent.slice(0, AGENT_MAX_LENGTH));
