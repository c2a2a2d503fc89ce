import { serve } from '../../src/app/serve.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { SeismoServer, Settings } from '../../src/index.ts';

/** bcrypt's fewest: with 12 rounds each start and each sign-in takes 250 ms of a core. */
const BCRYPT_ROUNDS = 4;

/** As `start` of the package, with passwords that are quick to hash. */
export const start = async (settings: Settings): Promise<SeismoServer> =>
  await serve(await loadConfig({ given: { ...settings } }), { bcryptRounds: BCRYPT_ROUNDS });
