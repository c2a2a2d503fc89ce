import { APP_NAME } from '../../../model/event.ts';
import { wordList } from '../../../model/word-list.ts';
import { CommandFailure } from '../../failure.ts';
import { patiently } from '../patience.ts';
import { bodyOf, type Progress, type RejectedRow, type Sink } from '../run.ts';
import { READ_OPTIONS } from './bson-value.ts';
import { type EventDocument, idText, lineOfDocument, type WriteId } from './event-document.ts';
import { mongoFailure } from './failures.ts';
import { type DocumentPiece, Pieces } from './pieces.ts';
import { type MongoSource, openMongo } from './source.ts';

export interface MongoImportRun {
  /** `mongodb://host/seismodb`. */
  readonly url: string;
  /** Only events of this app; or with `renameApp`, all events go to it. Undefined: each goes to its own. */
  readonly app?: string | undefined;
  readonly renameApp?: boolean | undefined;
  readonly timeZone: string;
  /** Sends all documents again, as after an erasure. */
  readonly again?: boolean | undefined;
  readonly onProgress?: (progress: Progress) => void;
}

export interface AppCounts {
  accepted: number;
  duplicates: number;
  rejected: number;
}

export interface RejectedDocument extends Omit<RejectedRow, 'line'> {
  /** Its `_id` as text. */
  readonly id: string;
}

export interface MongoImportResult {
  /** `host/database`. */
  readonly source: string;
  /** Number of documents read. */
  readonly rows: number;
  /** Those that an earlier run sent. */
  readonly resumedAt: number;
  /** How many of those were rejected. */
  readonly rejectedBefore: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejectedTotal: number;
  /** The first 1,000. */
  readonly rejected: readonly RejectedDocument[];
  readonly doubtfulTotal: number;
  readonly doubtful: readonly { readonly id: string; readonly detail: string }[];
  readonly apps: Readonly<Record<string, Readonly<AppCounts>>>;
}

const LISTED_MAX = 1_000;
const CURSOR_DOCUMENTS = 1_000;
const APPS_SHOWN = 20;

/** Opens the destination once the database is known to be good. */
export type WithSink = (work: (sink: Sink) => Promise<MongoImportResult>) => Promise<MongoImportResult>;

/** Reads the collection once in the order of `_id`, and sends its events in pieces. @throws CommandFailure */
export async function runMongoImport(run: MongoImportRun, withSink: WithSink): Promise<MongoImportResult> {
  const source = await openMongo(run.url);
  try {
    return await withSink((sink) => new MongoImport(run, source, sink).all());
  } finally {
    await source.client.close();
  }
}

class MongoImport {
  readonly #run: MongoImportRun;
  readonly #source: MongoSource;
  readonly #sink: Sink;
  readonly #writeId: WriteId;
  readonly #sum = {
    rows: 0,
    resumedAt: 0,
    rejectedBefore: 0,
    accepted: 0,
    duplicates: 0,
    rejectedTotal: 0,
    doubtfulTotal: 0,
  };
  readonly #rejected: RejectedDocument[] = [];
  readonly #doubtful: { id: string; detail: string }[] = [];
  readonly #apps = new Map<string, AppCounts>();
  #under: Promise<void> = Promise.resolve();

  constructor(run: MongoImportRun, source: MongoSource, sink: Sink) {
    this.#run = run;
    this.#source = source;
    this.#sink = sink;
    const { EJSON } = source.driver.BSON;
    this.#writeId = (id) => EJSON.stringify(id, { relaxed: false });
  }

  async all(): Promise<MongoImportResult> {
    const { app, renameApp, timeZone } = this.#run;
    const { events, driver, name } = this.#source;
    const pieces = new Pieces(JSON.stringify({ mongodb: 1, renameApp: renameApp === true, timeZone }));
    const filter = app === undefined || renameApp ? {} : { app };
    const cursor = events.find(filter, { sort: { _id: 1 }, raw: true, batchSize: CURSOR_DOCUMENTS });
    try {
      for await (const raw of cursor) {
        const bytes = raw as unknown as Buffer;
        const document = driver.BSON.deserialize(bytes, READ_OPTIONS) as EventDocument;
        this.#sum.rows++;
        const target = this.#appOf(document);
        const piece = target && pieces.add(target, this.#idOf(document), document, bytes.length);
        if (piece) await this.#next(piece);
      }
      for (const piece of pieces.rest()) await this.#next(piece);
      await this.#under;
    } catch (error) {
      const failure = mongoFailure(error, driver);
      if (failure === error || !(failure instanceof Error)) throw failure;
      throw new CommandFailure(`${failure.message} Run the import again to continue.`);
    } finally {
      await cursor.close().catch(() => {});
    }
    if (this.#sum.rows === 0 && app !== undefined) throw new CommandFailure(await this.#noApp(app));
    const sum = { ...this.#sum, rejected: this.#rejected, doubtful: this.#doubtful };
    return { source: name, ...sum, apps: Object.fromEntries([...this.#apps].toSorted(([a], [b]) => (a < b ? -1 : 1))) };
  }

  /** @returns undefined if the document has none that Seismo takes: it is rejected */
  #appOf(document: EventDocument): string | undefined {
    const { app: wanted } = this.#run;
    if (wanted !== undefined) return wanted;
    const app = document['app'];
    if (typeof app === 'string' && APP_NAME.test(app)) return app;
    const what =
      app === undefined || app === null || app === ''
        ? 'The document has no `app`.'
        : '`app` is not a valid name of an app.';
    const detail = `${what} \`--app NAME --rename-app\` imports all events into one app.`;
    this.#reject({ id: this.#idOf(document), code: 'APP_NAME_INVALID', detail });
    return undefined;
  }

  #idOf = (document: EventDocument): string => idText(document['_id'], this.#writeId);

  #reject(row: RejectedDocument): void {
    this.#sum.rejectedTotal++;
    if (this.#rejected.length < LISTED_MAX) this.#rejected.push(row);
  }

  /** One piece is sent while the next is read. */
  async #next(piece: DocumentPiece): Promise<void> {
    await this.#under;
    this.#under = this.#send(piece, this.#sum.rows);
    this.#under.catch(() => {});
  }

  async #send({ app, documents, fingerprint }: DocumentPiece, rowsRead: number): Promise<void> {
    const { timeZone, again, onProgress } = this.#run;
    const sink = this.#sink;
    const share = this.#run.app === undefined ? Math.min(1, rowsRead / Math.max(1, this.#source.documents)) : undefined;
    const waiting = (waitsFor: string): void => onProgress?.({ rows: rowsRead, share, waitsFor });
    const rows = documents.length;
    if (again) await patiently(waiting, () => sink.forget(app, fingerprint));
    const before = await patiently(waiting, () => sink.progress(app, fingerprint));
    if (before.rows === rows) {
      this.#sum.resumedAt += rows;
      this.#sum.rejectedBefore += before.rejected;
    } else {
      const lines = documents.map((document) => lineOfDocument(document, timeZone, this.#writeId));
      const piece = { lines: bodyOf(lines), rowsFrom: 0, rowsDone: rows, defaultTime: undefined };
      const { accepted, duplicates, rejected } = await patiently(waiting, () =>
        sink.importRows(app, fingerprint, piece),
      );
      const counts = this.#countsOf(app);
      counts.accepted += accepted;
      counts.duplicates += duplicates;
      counts.rejected += rows - accepted - duplicates;
      this.#sum.accepted += accepted;
      this.#sum.duplicates += duplicates;
      for (const { index, code, detail } of rejected)
        this.#reject({ id: this.#idOf(documents[index]!), code, detail, ...lines[index]?.fault });
      // The server lists the first thousand.
      this.#sum.rejectedTotal += rows - accepted - duplicates - rejected.length;
      lines.forEach(({ doubt }, i) => {
        if (doubt !== undefined) this.#doubt({ id: this.#idOf(documents[i]!), detail: doubt });
      });
    }
    onProgress?.({ rows: rowsRead, share });
  }

  #doubt(row: { id: string; detail: string }): void {
    this.#sum.doubtfulTotal++;
    if (this.#doubtful.length < LISTED_MAX) this.#doubtful.push(row);
  }

  #countsOf(app: string): AppCounts {
    const counts = this.#apps.get(app) ?? { accepted: 0, duplicates: 0, rejected: 0 };
    this.#apps.set(app, counts);
    return counts;
  }

  async #noApp(app: string): Promise<string> {
    const known = (await this.#source.events.distinct('app')).filter((each) => typeof each === 'string').toSorted();
    const list = known.length === 0 ? '' : ` Its apps are ${wordList(known.slice(0, APPS_SHOWN))}.`;
    return `${this.#source.name} holds no events of the app \`${app}\`.${list} To import all events into \`${app}\`, add \`--rename-app\`.`;
  }
}
