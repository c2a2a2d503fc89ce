import type { SegmentInput } from '../questions/parts.ts';
import type { Annotation, Dashboard, Report, SavedSegment } from './bodies.ts';
import type { Item } from './item.ts';
import type { Shares } from './shares.ts';

/** The saved items of all apps. Each item has an id and a version. */
export interface Saved {
  readonly reports: Items<Report>;
  readonly dashboards: Items<Dashboard>;
  readonly segments: Items<SavedSegment>;
  readonly annotations: Annotations;
  readonly shares: Shares;
  /** For the analysis: the definition of a saved segment. */
  segmentOf(app: string, id: string): SegmentInput | undefined;
}

/** Items of one kind. Bodies match their schemas (bodies.ts); what a schema can't express is checked here. */
export interface Items<Body> {
  /** By name or by date. */
  list(app: string): readonly Item<Body>[];
  /** @throws SAVED_UNKNOWN */
  get(app: string, id: string): Item<Body>;
  /** Resolves when it is on disk. @throws REQUEST_INVALID, QUESTION_INVALID, SAVED_TOO_MANY */
  create(app: string, body: Body, by: string): Promise<Item<Body>>;
  /**
   * @param changes the fields to change; null removes an optional one
   * @param version the version that was loaded
   * @throws VERSION_STALE, SAVED_UNKNOWN, SHARE_REFUSED, and what `create` throws
   */
  change(app: string, id: string, changes: object, version: number, by: string): Promise<Item<Body>>;
  /** @param version the version that was loaded; undefined: any @throws SAVED_UNKNOWN, SAVED_IN_USE, VERSION_STALE */
  remove(app: string, id: string, version: number | undefined): Promise<void>;
}

export interface Annotations extends Items<Annotation> {
  /** Those in between, by date. A day counts as its start in the app's time zone. @throws PARAMETER_INVALID */
  between(
    app: string,
    from: string | undefined,
    to: string | undefined,
  ): readonly (Item<Annotation> & { at: number })[];
}
