/** Runs before each test file (vitest.config.ts). */
import { afterAll } from 'vitest';
import { closeAll } from './at-file-end.ts';

afterAll(closeAll);
