import type { Item, Keeper } from '../delivery/queue.ts';
import { idText } from '../id-text.ts';

/** What is kept on the page's origin once the visitor has agreed. Browsers may refuse storage at any time. */
export interface Kept {
  readonly keeper: Keeper;
  user(): string | undefined;
  setUser(name: string | undefined): void;
  /** The anonymous id and the session; a new session starts after half an hour without an event. */
  ids(newId: () => string): { readonly device?: string | undefined; readonly session?: string | undefined };
  /** Forgets the user. */
  forget(): void;
  turn(on: boolean, user: string | undefined): void;
}

const SESSION_IDLE_MS = 1_800_000;

/** @param page distinguishes this page's queue from those of others */
export function openStorage(prefix: string, on: boolean, page: string): Kept {
  const own = `queue.${page}`;
  let items: readonly Item[] = [];
  let isSaved = true;

  function attempt<T>(work: (storage: Storage) => T): T | undefined {
    try {
      return on ? work(localStorage) : undefined;
    } catch {
      return undefined;
    }
  }
  const get = (name: string): string | undefined => attempt((storage) => storage.getItem(prefix + name)) ?? undefined;
  /** Another program may have written anything there. */
  const idOf = (name: string): string | undefined => idText(get(name));
  const remove = (name: string): void => attempt((storage) => storage.removeItem(prefix + name));
  /** @returns the value, or nothing when it could not be kept */
  const set = (name: string, value: string): string | undefined =>
    attempt((storage) => {
      storage.setItem(prefix + name, value);
      return value;
    });
  const names = (): string[] =>
    attempt((storage) =>
      Object.keys(storage)
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length)),
    ) ?? [];

  function save(): void {
    isSaved = true;
    if (items[0]) set(own, `[${items.map(({ text }) => text)}]`);
    else remove(own);
  }
  function changed(_: unknown, current: readonly Item[]): void {
    items = current;
    // Written once for everything that happens in this turn.
    if (isSaved) queueMicrotask(save);
    isSaved = false;
  }

  /** What other pages left. A page that is still alive also has it in memory and sends it too: the server counts it once. */
  function left(): Item[] {
    const found: Item[] = [];
    for (const name of names())
      if (name.startsWith('queue.')) {
        attempt(() => {
          for (const event of JSON.parse(get(name) ?? '')) {
            const text = JSON.stringify(event);
            // The time is part of its id.
            found.push({ text, bytes: text.length, at: Number.parseInt(event.uuid.replace('-', '').slice(0, 12), 16) });
          }
        });
        remove(name);
      }
    return found;
  }

  return {
    keeper: { left: left(), added: changed, removed: changed, keeps: () => on },
    user: () => idOf('user'),
    setUser: (name) => (name ? set('user', name) : remove('user')),
    ids(newId) {
      const [id, at] = idOf('session')?.split('.') ?? [];
      const session = Number(at) > Date.now() - SESSION_IDLE_MS ? id : newId();
      return {
        device: idOf('device') ?? set('device', newId()),
        session: set('session', `${session}.${Date.now()}`) && session,
      };
    },
    forget() {
      for (const name of ['user', 'device', 'session']) remove(name);
    },
    turn(given, user) {
      if (!given) for (const name of names()) remove(name);
      on = given;
      if (user) set('user', user);
      save();
    },
  };
}
