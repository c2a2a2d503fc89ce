import { isbot } from 'isbot';

/** Longer user agents are cut to this length, which limits the work to about 20 µs. */
const AGENT_MAX_LENGTH = 512;

/** Whether the user agent names a crawler or an automated browser. */
export const isBotAgent = (agent: string | undefined): boolean =>
  agent !== undefined && isbot(agent.slice(0, AGENT_MAX_LENGTH));
