import type { Analysis } from '../analysis/analysis.ts';
import { SeismoError } from '../model/errors.ts';
import type { Registry } from '../registry/registry.ts';
import { KeyedQueue } from '../system/keyed-queue.ts';
import type { Calendar } from '../time/calendar.ts';
import { annotationsOf, keptDate } from './annotations.ts';
import { type Annotation, type Dashboard, GRID_COLUMNS, type Report, type SavedSegment, type Tile } from './bodies.ts';
import { bodyError, collectionOf, placed } from './collection.ts';
import { savedIn, type Use, usesOfReport, usesOfSegment } from './references.ts';
import type { Saved } from './saved.ts';
import { checkShareable, createShares, partOfTile } from './shares.ts';

/** Of one app. */
const REPORTS_MAX = 1_000;
const DASHBOARDS_MAX = 200;
const SEGMENTS_MAX = 200;
const ANNOTATIONS_MAX = 5_000;

export interface SavedSurroundings {
  readonly registry: Registry;
  readonly analysis: Pick<Analysis, 'check' | 'checkSegment'>;
  readonly calendarOf: (app: string) => Calendar;
  readonly now: () => number;
}

export function createSaved({ registry, analysis, calendarOf, now }: SavedSurroundings): Saved {
  const shared = { registry, now, changes: new KeyedQueue() };
  const byName = (a: { name: string; id: string }, b: { name: string; id: string }): number =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1;

  const segments = collectionOf<SavedSegment>({
    ...shared,
    ...{ kind: 'segments', noun: 'segment', countMax: SEGMENTS_MAX, order: byName },
    async settle(app, body) {
      const [inner] = savedIn(body.segment, 'segment');
      if (inner)
        throw bodyError(
          inner.path,
          `\`${inner.path}\` can't be used here: a saved segment can't refer to another one.`,
        );
      analysis.checkSegment(app, body.segment, 'segment');
      return body;
    },
    async release(app, { id }) {
      checkUnused('segment', usesOfSegment(id, reports.list(app), dashboards.list(app)));
    },
  });

  const reports = collectionOf<Report>({
    ...shared,
    ...{ kind: 'reports', noun: 'report', countMax: REPORTS_MAX, order: byName },
    async settle(app, body, id) {
      await placed('question', () => analysis.check(app, body.question));
      if (id !== undefined && isShown(app, id)) checkShareable([body], 'report');
      return body;
    },
    async release(app, { id }) {
      checkUnused('report', usesOfReport(id, dashboards.list(app)));
      await shares.revoke(app, 'report', id, undefined);
    },
  });

  const dashboards = collectionOf<Dashboard>({
    ...shared,
    ...{ kind: 'dashboards', noun: 'dashboard', countMax: DASHBOARDS_MAX, order: byName },
    async settle(app, body, id) {
      const known = new Set(reports.list(app).map((report) => report.id));
      for (const [i, tile] of body.tiles.entries()) await checkTile(app, tile, `tiles[${i}]`, known);
      if (id !== undefined && shares.list(app, 'dashboard', id).length > 0)
        checkShareable(
          body.tiles.map((tile) => partOfTile(app, tile, reports.get)),
          'dashboard',
        );
      return body;
    },
    release: (app, { id }) => shares.revoke(app, 'dashboard', id, undefined),
  });

  const notes = collectionOf<Annotation>({
    ...shared,
    ...{ kind: 'annotations', noun: 'annotation', countMax: ANNOTATIONS_MAX },
    settle: async (app, body) => ({ ...body, date: keptDate(body.date, calendarOf(app), now()) }),
    order: (a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.id < b.id ? -1 : 1),
  });

  const shares = createShares({ ...shared, reportOf: reports.get, dashboardOf: dashboards.get });

  /** By its own link, or as a tile of a dashboard with a link. */
  const isShown = (app: string, id: string): boolean =>
    shares.list(app, 'report', id).length > 0 ||
    usesOfReport(id, dashboards.list(app)).some((use) => shares.list(app, 'dashboard', use.id).length > 0);

  /** @param known the ids of the app's reports */
  async function checkTile(app: string, tile: Tile, path: string, known: ReadonlySet<string>): Promise<void> {
    const { x, w, report, question } = tile;
    if (x + w > GRID_COLUMNS)
      throw bodyError(
        `${path}.w`,
        `\`${path}\` must fit in the ${GRID_COLUMNS} columns: \`x\` plus \`w\` is more than that.`,
      );
    if ((report === undefined) === (question === undefined))
      throw bodyError(`${path}.report`, `\`${path}\` must have either a \`report\` or a \`question\`.`);
    if (question !== undefined) await placed(`${path}.question`, () => analysis.check(app, question));
    else if (!known.has(report!))
      throw bodyError(`${path}.report`, `\`${path}.report\` must be the id of a saved report of the app.`);
  }

  return {
    reports,
    dashboards,
    segments,
    annotations: annotationsOf(notes, calendarOf, now),
    shares,
    segmentOf: (app, id) => registry.get<{ readonly body: SavedSegment }>(`segments/${app}`, id)?.body.segment,
  };
}

function checkUnused(noun: string, usedBy: readonly Use[]): void {
  if (usedBy.length === 0) return;
  const [first] = usedBy;
  const more = usedBy.length > 1 ? ` and ${usedBy.length - 1} more` : '';
  throw new SeismoError('SAVED_IN_USE', `The ${noun} is used by the ${first!.kind} "${first!.name}"${more}.`, {
    extra: { usedBy: usedBy.slice(0, 100) },
  });
}
