import { useQuery } from '@tanstack/react-query';
import { appsQuery } from '../api/hooks.ts';

/** In which zone the times of an app are shown; undefined, which is the reader's own, until it is known. */
export const useZone = (app: string): string | undefined =>
  useQuery(appsQuery).data?.find((one) => one.app === app)?.timeZone;
