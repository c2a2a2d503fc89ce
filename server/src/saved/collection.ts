/** Items of one kind, stored in the registry by app and id. */
import { randomBytes } from 'node:crypto';
import { SeismoError } from '../model/errors.ts';
import type { Registry } from '../registry/registry.ts';
import type { KeyedQueue } from '../system/keyed-queue.ts';
import type { Item, ItemFacts } from './item.ts';
import type { Items } from './saved.ts';

/** Size of one item as JSON: the largest valid question fits. */
const ITEM_MAX_BYTES = 256 * 1024;
/** Size of all items of a kind and app: they are in memory, and a list returns all of them. */
const ITEMS_MAX_BYTES = 8 * 1024 * 1024;
const ID_BYTES = 6;

export interface CollectionOptions<Body> {
  readonly registry: Registry;
  /** The registry's kind, and the noun for one item: `reports`, `report`. */
  readonly kind: string;
  readonly noun: string;
  /** Maximum number for an app. */
  readonly countMax: number;
  readonly now: () => number;
  /** Changes of one app run one after another. */
  readonly changes: KeyedQueue;
  /** Checks what a schema can't express. @returns the body to store */
  readonly settle: (app: string, body: Body, id: string | undefined) => Promise<Body>;
  /** Called before it is deleted. */
  readonly release?: (app: string, item: Item<Body>) => Promise<void>;
  readonly order: (a: Item<Body>, b: Item<Body>) => number;
}

type Stored<Body> = Omit<ItemFacts, 'id'> & { readonly body: Body };

export function collectionOf<Body extends object>(options: CollectionOptions<Body>): Items<Body> {
  const { registry, noun, countMax, now, changes: queue, settle, release, order } = options;
  const kindOf = (app: string): string => `${options.kind}/${app}`;
  const itemOf = (id: string, { body, version, ...facts }: Stored<Body>): Item<Body> => ({
    id,
    version,
    ...body,
    ...facts,
  });

  function stored(app: string, id: string): Stored<Body> {
    const found = registry.get<Stored<Body>>(kindOf(app), id);
    if (found === undefined) throw new SeismoError('SAVED_UNKNOWN', `The app has no ${noun} \`${id.slice(0, 80)}\`.`);
    return found;
  }

  function isCurrent(found: Stored<Body>, version: number | undefined): void {
    if (version === undefined || version === found.version) return;
    throw new SeismoError('VERSION_STALE', `The ${noun} is at version ${found.version}, not ${version}.`, {
      field: 'version',
      extra: { version: found.version },
    });
  }

  async function keep(app: string, id: string, next: Stored<Body>): Promise<Item<Body>> {
    const bytes = Buffer.byteLength(JSON.stringify(next));
    if (bytes > ITEM_MAX_BYTES)
      throw new SeismoError('BODY_TOO_LARGE', `The ${noun} is larger than ${ITEM_MAX_BYTES} bytes as JSON.`);
    const others = registry.list<Stored<Body>>(kindOf(app)).filter(({ name }) => name !== id);
    if (others.length >= countMax)
      throw new SeismoError('SAVED_TOO_MANY', `An app can have at most ${countMax} ${noun}s. Delete one first.`);
    const all = others.reduce((sum, { value }) => sum + Buffer.byteLength(JSON.stringify(value)), bytes);
    if (all > ITEMS_MAX_BYTES)
      throw new SeismoError(
        'SAVED_TOO_MANY',
        `All ${noun}s of an app together can have at most ${ITEMS_MAX_BYTES} bytes as JSON. Delete some first.`,
      );
    await registry.put(kindOf(app), id, next);
    return itemOf(id, next);
  }

  return {
    list: (app) =>
      registry
        .list<Stored<Body>>(kindOf(app))
        .map(({ name, value }) => itemOf(name, value))
        .sort(order),

    get: (app, id) => itemOf(id, stored(app, id)),

    async create(app, sent, by) {
      return await queue.run(app, async () => {
        const body = await settle(app, sent, undefined);
        const at = now();
        const facts = { version: 1, createdAt: at, updatedAt: at, createdBy: by, updatedBy: by };
        return await keep(app, randomBytes(ID_BYTES).toString('hex'), { ...facts, body });
      });
    },

    async change(app, id, changes, version, by) {
      return await queue.run(app, async () => {
        const found = stored(app, id);
        isCurrent(found, version);
        const body = await settle(app, changed(found.body, changes), id);
        const { createdAt, createdBy } = found;
        return await keep(app, id, {
          ...{ version: found.version + 1, createdAt, updatedAt: now(), createdBy, updatedBy: by },
          body,
        });
      });
    },

    async remove(app, id, version) {
      await queue.run(app, async () => {
        const found = stored(app, id);
        isCurrent(found, version);
        await release?.(app, itemOf(id, found));
        await registry.remove(kindOf(app), id);
      });
    },
  };
}

/** Applies changes that their schema allows (`changesOf`), which remove no required field, to a valid body. */
const changed = <Body extends object>(body: Body, changes: object): Body =>
  Object.fromEntries(Object.entries({ ...body, ...changes }).filter(([, value]) => value !== null)) as Body;

/** A path into a question gets the same error code as the question itself would. */
export const bodyError = (path: string, detail: string): SeismoError =>
  new SeismoError(
    /^(tiles\[\d+\]\.)?(question|segment)\b/.test(path) ? 'QUESTION_INVALID' : 'REQUEST_INVALID',
    detail,
    path === '' ? {} : { field: path },
  );

/** Puts the path of a part before the path of an error in it. */
export async function placed<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SeismoError) || error.entry.kind !== 'caller') throw error;
    const field = error.field === undefined ? path : `${path}.${error.field}`;
    throw new SeismoError(error.code, `In \`${path}\`: ${error.detail}`, { field, cause: error });
  }
}
