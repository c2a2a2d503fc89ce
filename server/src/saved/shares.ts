/** Links that show one report or one dashboard to whoever holds them. */
import { createHash, randomBytes } from 'node:crypto';
import { SeismoError } from '../model/errors.ts';
import type { Question } from '../questions/kinds.ts';
import type { Registry } from '../registry/registry.ts';
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
/** Links of one report or dashboard. */
const LINKS_MAX = 20;
/** A page that shows a dashboard asks once a look; a wall display every few seconds. */
const READS_A_MINUTE = 60;
const READS_AT_ONCE = 20;
/** Of all links together: the rest of the engine is for those who signed in. */
const RUNNING_MAX = 6;

export interface Share {
  readonly id: string;
  /** UTC ms */
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt?: number;
}

/** One question of what a link shows. */
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
  /** The token is shown this once. @throws SAVED_UNKNOWN, SHARE_REFUSED, SAVED_TOO_MANY, REQUEST_INVALID */
  create(
    app: string,
    kind: SharedKind,
    item: string,
    options: { readonly expiresAt: number | undefined; readonly by: string },
  ): Promise<Share & { readonly token: string }>;
  /** One link, or without `share` all of them; nobody reads by it any more when it resolves. @throws SHARE_UNKNOWN */
  revoke(app: string, kind: SharedKind, item: string, share: string | undefined): Promise<void>;
  /**
   * What the link shows, worked on within its bounds.
   * @throws SHARE_UNKNOWN also when it is revoked meanwhile; SHARE_BUSY
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
  readonly inTurn: <T>(app: string, work: () => Promise<T>) => Promise<T>;
  readonly reportOf: (app: string, id: string) => Item<Report>;
  readonly dashboardOf: (app: string, id: string) => Item<Dashboard>;
}

export function createShares({ registry, now, inTurn, reportOf, dashboardOf }: SharesOptions): Shares {
  const buckets = new Map<string, { left: number; at: number }>();
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
      throw new SeismoError('SHARE_UNKNOWN', 'No report or dashboard is shared by this link.');
    return { hash, stored };
  }

  function take(hash: string): void {
    const bucket = buckets.get(hash) ?? { left: READS_AT_ONCE, at: now() };
    const gained = (Math.max(0, now() - bucket.at) / 60_000) * READS_A_MINUTE;
    const left = Math.min(READS_AT_ONCE, bucket.left + gained);
    if (left < 1 || running >= RUNNING_MAX)
      throw new SeismoError('SHARE_BUSY', `A link is read ${READS_A_MINUTE} times a minute, and few at once.`);
    buckets.set(hash, { left: left - 1, at: now() });
  }

  return {
    list: (app, kind, item) =>
      of(app, kind, item)
        .filter(({ value }) => isLive(value))
        .map(shareOf),

    async create(app, kind, item, { expiresAt, by }) {
      return await inTurn(app, async () => {
        refuseHidden(partsOf(app, kind, item).parts, kind);
        const links = of(app, kind, item);
        for (const { name, value } of links) if (!isLive(value)) await drop(name);
        if (links.filter(({ value }) => isLive(value)).length >= LINKS_MAX)
          throw new SeismoError('SAVED_TOO_MANY', `A ${kind} has at most ${LINKS_MAX} links; revoke one.`);
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
        throw new SeismoError('SHARE_UNKNOWN', `The ${kind} has no link "${share.slice(0, 80)}".`);
      for (const { name } of links) await drop(name);
    },

    async read(token, work) {
      const { hash, stored } = found(token);
      take(hash);
      running++;
      try {
        const result = await work(viewOf(stored));
        // Revoked while it was worked on: the answer stays here.
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
    // A tile has the one or the other: it was checked when it was saved.
    question: (question ?? report?.question)!,
  };
}

/** @throws SHARE_REFUSED naming the place of what a link may not show */
export function refuseHidden(parts: readonly SharedPart[], kind: SharedKind): void {
  for (const [i, { question }] of parts.entries()) {
    const hidden = hiddenIn(question);
    if (hidden === undefined) continue;
    const path = `${kind === 'report' ? 'question' : `tiles[${i}].question`}.${hidden.path}`;
    throw new SeismoError('SHARE_REFUSED', `A link does not show ${path}: it ${hidden.why}.`, { field: path });
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
