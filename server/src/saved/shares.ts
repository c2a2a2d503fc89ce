/** Links that show one report or one dashboard to anyone who has them. */
import { createHash, randomBytes } from 'node:crypto';
import { SeismoError } from '../model/errors.ts';
import type { Question } from '../questions/kinds.ts';
import type { Registry } from '../registry/registry.ts';
import type { KeyedQueue } from '../system/keyed-queue.ts';
import { TokenBucket } from '../system/token-bucket.ts';
import type { Dashboard, Report, Tile } from './bodies.ts';
import type { Item } from './item.ts';
import { hiddenIn } from './shareable.ts';

export const SHARED_KINDS = ['report', 'dashboard'] as const;
export type SharedKind = (typeof SHARED_KINDS)[number];

const KIND = 'shares';
const TOKEN_PREFIX = 'sh_';
const TOKEN = /^sh_[A-Za-z0-9_-]{22}$/;
const TOKEN_BYTES = 16;
const ID_LENGTH = 12;
/** Maximum number of links of one report or dashboard. */
const LINKS_MAX = 20;
/** A page with a dashboard sends one request for each view, a wall display one every few seconds. */
const READS_A_MINUTE = 60;
const READS_AT_ONCE = 20;
/** For all links together: the rest of the engine is for users who signed in. */
const RUNNING_MAX = 6;

export interface Share {
  readonly id: string;
  /** UTC ms */
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt?: number;
}

/** One question that a link shows. */
export interface SharedPart {
  readonly place?: Pick<Tile, 'x' | 'y' | 'w' | 'h'>;
  readonly name?: string;
  readonly chart?: Report['chart'];
  readonly question: Question;
}
export interface SharedView {
  readonly app: string;
  readonly kind: SharedKind;
  readonly name: string;
  readonly description?: string;
  readonly parts: readonly SharedPart[];
}

export interface Shares {
  list(app: string, kind: SharedKind, item: string): readonly Share[];
  /** The token is shown only once. @throws SAVED_UNKNOWN, SHARE_REFUSED, SAVED_TOO_MANY, REQUEST_INVALID */
  create(
    app: string,
    kind: SharedKind,
    item: string,
    options: { readonly expiresAt: number | undefined; readonly by: string },
  ): Promise<Share & { readonly token: string }>;
  /** One link, or all of them without `share`. No one can read by it any more once this resolves. @throws SHARE_UNKNOWN */
  revoke(app: string, kind: SharedKind, item: string, share: string | undefined): Promise<void>;
  /**
   * Runs `work` on what the link shows, within its limits.
   * @throws SHARE_UNKNOWN also if it is revoked in the meantime; SHARE_BUSY
   */
  read<T>(token: string, work: (view: SharedView) => Promise<T>): Promise<T>;
}

/** As stored, under the hash of its token. */
interface Stored extends Omit<Share, 'id'> {
  readonly app: string;
  readonly kind: SharedKind;
  readonly item: string;
}

export interface SharesOptions {
  readonly registry: Registry;
  readonly now: () => number;
  /** Changes of one app run one after another. */
  readonly changes: KeyedQueue;
  readonly reportOf: (app: string, id: string) => Item<Report>;
  readonly dashboardOf: (app: string, id: string) => Item<Dashboard>;
}

export function createShares({ registry, now, changes, reportOf, dashboardOf }: SharesOptions): Shares {
  const buckets = new Map<string, TokenBucket>();
  let running = 0;

  const isLive = ({ expiresAt }: Stored): boolean => expiresAt === undefined || expiresAt > now();
  const of = (app: string, kind: SharedKind, item: string) =>
    registry.list<Stored>(KIND).filter(({ value }) => value.app === app && value.kind === kind && value.item === item);

  async function drop(hash: string): Promise<void> {
    await registry.remove(KIND, hash);
    buckets.delete(hash);
  }

  function viewOf({ app, kind, item }: Stored): SharedView {
    const { name, description, parts } = partsOf(app, kind, item);
    return { app, kind, name, ...(description !== undefined && { description }), parts };
  }

  function partsOf(app: string, kind: SharedKind, id: string) {
    if (kind === 'report') {
      const report = reportOf(app, id);
      return { ...report, parts: [{ question: report.question, ...chartOf(report) }] };
    }
    const dashboard = dashboardOf(app, id);
    return { ...dashboard, parts: dashboard.tiles.map((tile) => partOfTile(app, tile, reportOf)) };
  }

  function found(token: string): { hash: string; stored: Stored } {
    const hash = TOKEN.test(token) ? hashOf(token) : '';
    const stored = registry.get<Stored>(KIND, hash);
    if (stored === undefined || !isLive(stored))
      throw new SeismoError('SHARE_UNKNOWN', 'This link does not exist, has expired or was revoked.');
    return { hash, stored };
  }

  function take(hash: string): void {
    let bucket = buckets.get(hash);
    if (bucket === undefined) {
      const refill = { amount: READS_A_MINUTE, everyMs: 60_000 };
      bucket = new TokenBucket({ capacity: READS_AT_ONCE, refill, nowMs: now });
      buckets.set(hash, bucket);
    }
    if (bucket.left() < 1 || running >= RUNNING_MAX)
      throw new SeismoError(
        'SHARE_BUSY',
        `A link can be loaded ${READS_A_MINUTE} times per minute, and only a few times at once.`,
      );
    bucket.take(1);
  }

  return {
    list: (app, kind, item) =>
      of(app, kind, item)
        .filter(({ value }) => isLive(value))
        .map(shareOf),

    async create(app, kind, item, { expiresAt, by }) {
      return await changes.run(app, async () => {
        checkShareable(partsOf(app, kind, item).parts, kind);
        const links = of(app, kind, item);
        for (const { name, value } of links) if (!isLive(value)) await drop(name);
        if (links.filter(({ value }) => isLive(value)).length >= LINKS_MAX)
          throw new SeismoError('SAVED_TOO_MANY', `A ${kind} can have at most ${LINKS_MAX} links. Revoke one first.`);
        const token = `${TOKEN_PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`;
        const value: Stored = {
          ...{ app, kind, item, createdAt: now(), createdBy: by },
          ...(expiresAt !== undefined && { expiresAt }),
        };
        await registry.put(KIND, hashOf(token), value);
        return { ...shareOf({ name: hashOf(token), value }), token };
      });
    },

    async revoke(app, kind, item, share) {
      const links = of(app, kind, item).filter(({ name }) => share === undefined || idOf(name) === share);
      if (share !== undefined && links.length === 0)
        throw new SeismoError('SHARE_UNKNOWN', `The ${kind} has no link \`${share.slice(0, 80)}\`.`);
      for (const { name } of links) await drop(name);
    },

    async read(token, work) {
      const { hash, stored } = found(token);
      take(hash);
      running++;
      try {
        const result = await work(viewOf(stored));
        // It was revoked in the meantime: the result is not returned.
        found(token);
        return result;
      } finally {
        running--;
      }
    },
  };
}

export function partOfTile(
  app: string,
  { report: id, question, name, chart, x, y, w, h }: Tile,
  reportOf: (app: string, id: string) => Item<Report>,
): SharedPart {
  const report = id === undefined ? undefined : reportOf(app, id);
  const called = name ?? report?.name;
  return {
    place: { x, y, w, h },
    ...(called !== undefined && { name: called }),
    ...chartOf({ chart: chart ?? report?.chart }),
    // A tile has one or the other: this was checked when it was saved.
    question: (question ?? report?.question)!,
  };
}

/** @throws SHARE_REFUSED with the path of what a link can't show */
export function checkShareable(parts: readonly SharedPart[], kind: SharedKind): void {
  for (const [i, { question }] of parts.entries()) {
    const hidden = hiddenIn(question);
    if (hidden === undefined) continue;
    const path = `${kind === 'report' ? 'question' : `tiles[${i}].question`}.${hidden.path}`;
    throw new SeismoError('SHARE_REFUSED', `A link can't show \`${path}\`: it ${hidden.why}.`, { field: path });
  }
}

const chartOf = ({ chart }: { readonly chart?: Report['chart'] | undefined }): Pick<SharedPart, 'chart'> =>
  chart === undefined ? {} : { chart };

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
const idOf = (hash: string): string => hash.slice(0, ID_LENGTH);

function shareOf({ name, value }: { readonly name: string; readonly value: Stored }): Share {
  const { createdAt, createdBy, expiresAt } = value;
  return { id: idOf(name), createdAt, createdBy, ...(expiresAt !== undefined && { expiresAt }) };
}
