import { type Static, type TObject, type TSchema, Type } from '@sinclair/typebox';
import type { Identity } from '../../auth/auth.ts';
import { type ErrorCode, SeismoError } from '../../model/errors.ts';
import { from, to } from '../../reports/queries.ts';
import { AnnotationBody, changesOf, DashboardBody, ReportBody, SegmentBody } from '../../saved/bodies.ts';
import type { ItemFacts } from '../../saved/item.ts';
import type { Items } from '../../saved/saved.ts';
import type { HttpDeps } from '../deps.ts';
import { type Call, type Route, route } from '../route.ts';
import { APP_PATH, AppPathName, NO_PARAMETERS, SavedPathId, Time } from './schemas.ts';

interface Kind {
  /** The last part of its URL, and the noun for one item. */
  readonly plural: string;
  readonly noun: string;
  readonly name: string;
  readonly body: TObject;
  readonly items: Items<object>;
  readonly errors: readonly ErrorCode[];
  readonly removeErrors?: readonly ErrorCode[];
}

const ItemPath = Type.Object({ app: AppPathName, id: SavedPathId });
const AnnotationsParameters = Type.Object({
  from: Type.Optional({ ...from, description: "A day in the app's time zone, or a time." }),
  to: Type.Optional(to),
});

const facts = {
  id: Type.String(),
  version: Type.Integer({ description: 'Send it with each change.' }),
  createdAt: Time,
  updatedAt: Time,
  createdBy: Type.String(),
  updatedBy: Type.String(),
};

/** The saved items of an app: reports, dashboards, segments, annotations. */
export function savedRoutes({ saved }: HttpDeps): readonly Route[] {
  const { reports, dashboards, segments, annotations } = saved;
  const asked = ['QUESTION_INVALID', 'RANGE_TOO_MANY_BUCKETS'] as const;
  const shown = [...asked, 'SHARE_REFUSED'] as const;
  return [
    ...routesOf({
      ...{ plural: 'reports', noun: 'report', name: 'SavedReport', body: ReportBody, items: reports },
      errors: shown,
      removeErrors: ['SAVED_IN_USE'],
    }),
    ...routesOf({
      ...{ plural: 'dashboards', noun: 'dashboard', name: 'SavedDashboard', body: DashboardBody, items: dashboards },
      errors: shown,
    }),
    ...routesOf({
      ...{ plural: 'segments', noun: 'segment', name: 'SavedSegment', body: SegmentBody, items: segments },
      errors: asked,
      removeErrors: ['SAVED_IN_USE'],
    }),
    ...routesOf(
      {
        ...{ plural: 'annotations', noun: 'annotation', name: 'Annotation', body: AnnotationBody, items: annotations },
        errors: [],
      },
      {
        query: AnnotationsParameters,
        item: { at: { ...Time, description: "The date as a time: for a day, its start in the app's time zone." } },
        list(app, { from, to }) {
          return annotations.between(app, from, to).map(({ at, ...item }) => ({ ...answered(item), at: iso(at) }));
        },
      },
    ),
  ];
}

interface Listing {
  readonly query: typeof AnnotationsParameters;
  /** Fields of items in lists only. */
  readonly item: Readonly<Record<string, TSchema>>;
  readonly list: (app: string, range: Static<typeof AnnotationsParameters>) => readonly object[];
}

function routesOf(kind: Kind, listing?: Listing): readonly Route[] {
  const { plural, noun, body, items } = kind;
  const Item = Type.Object({ ...facts, ...body.properties }, { $id: kind.name });
  const Items = Type.Array(listing ? Type.Object({ ...Item.properties, ...listing.item }) : Item);
  const url = `/api/apps/:app/${plural}`;
  const one = `${url}/:id`;
  const answer = (description: string, schema: TSchema) => ({
    description,
    content: { 'application/json': schema },
  });
  const write = { access: 'admin' as const };
  const read = { access: 'read' as const, cors: 'read' as const, method: 'GET' as const };
  const kept: readonly ErrorCode[] = ['SAVED_TOO_MANY', 'BODY_TOO_LARGE', 'JOURNAL_UNAVAILABLE', ...kind.errors];
  const sent = ({ reply }: Pick<Call, 'reply'>, item: ItemFacts): object => {
    reply.header('etag', `"${item.version}"`);
    return answered(item);
  };
  const list = {
    ...read,
    url,
    params: APP_PATH,
    summary: `List the ${plural} of an app`,
    answers: { 200: answer(`All of them${listing ? ' between, by date' : ', by name'}.`, Items) },
  };
  return [
    listing
      ? route({ ...list, query: listing.query, handler: async (call) => listing.list(call.app, call.query) })
      : route({
          ...list,
          query: NO_PARAMETERS,
          handler: async (call) => items.list(call.app).map((item) => answered(item as ItemFacts)),
        }),
    route({
      ...write,
      method: 'POST',
      url,
      params: APP_PATH,
      summary: `Save a new ${noun}`,
      body,
      answers: { 201: answer(`The ${noun}, on disk.`, Item) },
      errors: kept,
      async handler(call) {
        const item = await items.create(call.app, call.body, nameOf(call.identity));
        call.reply.status(201);
        return sent(call, item as ItemFacts);
      },
    }),
    route({
      ...read,
      url: one,
      params: ItemPath,
      summary: `Get one ${noun}`,
      answers: { 200: answer(`The ${noun}; its version also as ETag.`, Item) },
      errors: ['SAVED_UNKNOWN'],
      handler: async (call) => sent(call, items.get(call.app, call.params.id) as ItemFacts),
    }),
    route({
      ...write,
      method: 'PATCH',
      url: one,
      params: ItemPath,
      summary: `Change a ${noun}; send the version you loaded as \`version\` or in \`If-Match\``,
      body: changesOf(body),
      answers: { 200: answer(`The ${noun} as it is now.`, Item) },
      errors: ['SAVED_UNKNOWN', 'VERSION_STALE', 'VERSION_MISSING', ...kept],
      async handler(call) {
        const { version: said, ...changes } = call.body;
        const version = await versionOf(call, said, () => items.get(call.app, call.params.id) as ItemFacts);
        if (version === undefined)
          throw new SeismoError(
            'VERSION_MISSING',
            `Send the \`version\` of the ${noun} that you loaded, or send it in \`If-Match\`.`,
            {
              field: 'version',
            },
          );
        return sent(
          call,
          (await items.change(call.app, call.params.id, changes, version, nameOf(call.identity))) as ItemFacts,
        );
      },
    }),
    route({
      ...write,
      method: 'DELETE',
      url: one,
      params: ItemPath,
      summary: `Delete a ${noun}; with \`If-Match\`, only that version`,
      answers: { 204: { description: 'Deleted.' } },
      errors: ['SAVED_UNKNOWN', 'VERSION_STALE', 'REQUEST_INVALID', ...(kind.removeErrors ?? [])],
      async handler(call) {
        const version = await versionOf(call, undefined, () => items.get(call.app, call.params.id) as ItemFacts);
        await items.remove(call.app, call.params.id, version);
        return call.reply.status(204).send();
      },
    }),
  ];
}

/** The version that a change refers to: from the body or from `If-Match` (`"3"`, `W/"3"`, `*`). @throws REQUEST_INVALID */
async function versionOf(
  { request }: Pick<Call, 'request'>,
  said: number | undefined,
  current: () => ItemFacts,
): Promise<number | undefined> {
  const header = request.headers['if-match']?.trim();
  if (header === undefined) return said;
  const matched =
    header === '*' ? current().version : Number(/^(?:W\/)?"([1-9]\d{0,14})"$/.exec(header)?.[1] ?? Number.NaN);
  if (Number.isNaN(matched))
    throw new SeismoError(
      'REQUEST_INVALID',
      '`If-Match` must be the `ETag` of the version you loaded, such as `"3"`, or `*`.',
      {
        field: 'If-Match',
      },
    );
  if (said !== undefined && said !== matched)
    throw new SeismoError('REQUEST_INVALID', '`version` and `If-Match` name different versions. Send one of them.', {
      field: 'version',
    });
  return matched;
}

export const nameOf = (identity: Identity | undefined): string =>
  identity?.kind === 'user' ? identity.name : (identity?.id ?? '');
const iso = (ms: number): string => new Date(ms).toISOString();

const answered = <T extends ItemFacts>(item: T): object => ({
  ...item,
  createdAt: iso(item.createdAt),
  updatedAt: iso(item.updatedAt),
});
