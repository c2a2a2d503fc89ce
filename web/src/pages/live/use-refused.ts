import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type Connection, follow, type Refusal } from '../../api/feed.ts';
import { meQuery } from '../../api/hooks.ts';

export const REFUSALS_MAX = 300;
const DRAW_MS = 120;

export interface KeptRefusal extends Refusal {
  readonly id: string;
}

/** What was refused since the server started (it keeps the last 1,000 of an app) and what is refused now; the newest first. */
export function useRefused(app: string): {
  readonly refusals: readonly KeptRefusal[];
  readonly connection: Connection;
} {
  const client = useQueryClient();
  const [refusals, setRefusals] = useState<readonly KeptRefusal[]>([]);
  const [connection, setConnection] = useState<Connection>('connecting');
  const incoming = useRef<KeptRefusal[]>([]);
  useEffect(() => {
    setRefusals([]);
    incoming.current = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = follow(
      app,
      { rejected: true },
      {
        onRefusal(refusal, id) {
          incoming.current.push({ ...refusal, id });
          timer ??= setTimeout(() => {
            timer = undefined;
            const came = incoming.current.reverse();
            incoming.current = [];
            setRefusals((known) => [...came, ...known].slice(0, REFUSALS_MAX));
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
  return { refusals, connection };
}
