/** Page views of March 2026, for the tests of visits. */
import type { Given } from './world.ts';

/** UTC ms of a day and time such as `03T10:00:00`. */
export const at = (time: string): number => Date.parse(`2026-03-${time}Z`);
export const view = (time: string, data: Given['data'] = {}, more: Partial<Given> = {}): Given => ({
  event: 'page viewed',
  timestamp: at(time),
  device: 'd',
  ...more,
  data: { host: 'shop.example', path: '/', ...data },
});
