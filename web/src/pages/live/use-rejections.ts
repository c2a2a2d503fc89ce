import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type Connection, follow, type Rejection } from '../../api/feed.ts';
import { meQuery } from '../../api/hooks.ts';

export const REJECTIONS_MAX = 300;
const DRAW_MS = 120;

export interface ListedRejection extends Rejection {
  readonly id: string;
}

/** What has been rejected since the server started (it keeps the last 1,000 of an app) and what is being rejected now; the newest first. */
export function useRejections(app: string): {
  readonly rejections: readonly ListedRejection[];
  readonly connection: Connection;
} {
  const client = useQueryClient();
  const [rejections, setRejections] = useState<readonly ListedRejection[]>([]);
  const [connection, setConnection] = useState<Connection>('connecting');
  const incoming = useRef<ListedRejection[]>([]);
  useEffect(() => {
    setRejections([]);
    incoming.current = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = follow(
      app,
      { rejected: true },
      {
        onRejection(rejection, id) {
          incoming.current.push({ ...rejection, id });
          timer ??= setTimeout(() => {
            timer = undefined;
            const came = incoming.current.reverse();
            incoming.current = [];
            setRejections((known) => [...came, ...known].slice(0, REJECTIONS_MAX));
          }, DRAW_MS);
        },
        onConnection: setConnection,
        onTurnedAway: () => void client.invalidateQueries({ queryKey: meQuery.queryKey }),
      },
    );
    return () => {
      end();
      clearTimeout(timer);
    };
  }, [app, client]);
  return { rejections, connection };
}
