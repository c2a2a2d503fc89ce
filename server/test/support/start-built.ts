import { serve } from '../../dist/app/serve.js';
import { loadConfig } from '../../dist/config/config.js';
import type { SeismoServer, Settings } from '../../dist/index.js';

/** bcrypt's fewest: with 12 rounds each start and each sign-in takes 250 ms of a core. */
const BCRYPT_ROUNDS = 4;

/** As `start` of the built package, for the tests of clients and of the dashboard, with passwords that are quick to hash. */
export const startBuilt = async (settings: Settings): Promise<SeismoServer> =>
  await serve(await loadConfig({ given: { ...settings } }), { bcryptRounds: BCRYPT_ROUNDS });
