/** Where visits came from: what their first page says, since the later ones have no referrer. */
import type { AnswerOf, QuestionOf } from '../../api/wire.ts';

export const DIRECT = 'Direct / None';
/** The server's limit of groups: those of one source are added up here. */
const GROUPS_MAX = 1_000;

export type SourceField = 'utm_source' | 'referrer';

/** Visits are sessions of page views; each counts once, by its first page. */
export const visitsQuestion = (
  pageView: string,
  times: Pick<QuestionOf<'sessions'>, 'from' | 'to' | 'last' | 'timeZone'>,
  fields: readonly SourceField[],
): QuestionOf<'sessions'> => ({
  kind: 'sessions',
  ...times,
  filters: [{ field: 'event', value: pageView }],
  breakdown: fields.map((field) => `data.${field}`),
  limit: GROUPS_MAX,
});

export interface Source {
  readonly name: string;
  readonly visits: number;
}

/** The source of a visit is the first of the fields that its first page has: the campaign before the site. */
export function sourcesOf({ result }: AnswerOf<'sessions'>): readonly Source[] {
  const found = new Map<string, number>();
  for (const { group, sessions } of result.groups ?? []) {
    const name = group === 'other' ? 'Other' : sourceName(group);
    found.set(name, (found.get(name) ?? 0) + sessions);
  }
  return [...found].map(([name, visits]) => ({ name, visits })).sort((a, b) => b.visits - a.visits);
}

type Group = Exclude<NonNullable<AnswerOf<'sessions'>['result']['groups']>[number]['group'], 'other'>;

function sourceName(group: Group): string {
  for (const part of group) {
    const value = 'value' in part ? part.value : undefined;
    if (typeof value !== 'string' || value === '') continue;
    return part.field === 'data.referrer' ? hostOf(value) : value;
  }
  return DIRECT;
}

/** `https://www.example.com/page` → `example.com`; what is no address stays as it is. */
export function hostOf(referrer: string): string {
  try {
    return new URL(referrer).host.replace(/^www\./, '') || referrer;
  } catch {
    return referrer;
  }
}
