import { useQuery } from '@tanstack/react-query';
import { appsQuery } from '../api/hooks.ts';

/** The time zone in which an app's times are shown; undefined, which means the reader's own, until it is known. */
export const useZone = (app: string): string | undefined =>
  useQuery(appsQuery).data?.find((one) => one.app === app)?.timeZone;
