import { Table } from '@mantine/core';
import type { AnswerOf, QuestionOf } from '../../api/wire.ts';
import { approx, duration, percent, short } from '../../components/formats.ts';
import { dimmed, useAnswer } from '../../components/use-answer.ts';
import { textOf } from './groups.ts';
import classes from './overview.module.css';
import type { Period } from './period.ts';
import { ExploreLink, Nothing, Pending, ROWS, Section } from './section.tsx';

/** As the clients for Express and Fastify name it. */
export const REQUEST = 'request';

interface Props {
  readonly app: string;
  readonly period: Period;
  readonly about: string;
}

/** Rarer routes are left out: a breakdown is by number of requests. */
const ROUTES_MAX = 100;
/** From this share of failed requests on, they are red. */
const ALARMING = 0.01;
const FAILED = [{ field: 'data.status', operator: 'gte', value: 500 }] as const;

/** The slowest routes, each with its method: by the time that one request in twenty exceeds. */
export function SlowestRoutes({ app, period, about }: Props) {
  const question: QuestionOf<'trend'> = {
    kind: 'trend',
    ...period.whole,
    series: [
      { event: REQUEST },
      { event: REQUEST, measure: 'median', property: 'data.ms' },
      { event: REQUEST, measure: 'p95', property: 'data.ms' },
      { event: REQUEST, filters: FAILED },
    ],
    breakdown: ['data.method', 'data.route'],
    limit: ROUTES_MAX,
  };
  const explored: QuestionOf<'performance'> = {
    kind: 'performance',
    ...period.whole,
    event: REQUEST,
    property: 'data.ms',
    by: 'data.route',
    condition: FAILED[0],
  };
  return (
    <Section title="Slowest routes" aside={<ExploreLink app={app} of="slowest routes" q={explored} />}>
      {(seen) => <Routes app={app} question={question} about={about} seen={seen} />}
    </Section>
  );
}

interface Route {
  readonly name: string;
  readonly requests: number;
  readonly median: number | null;
  readonly p95: number | null;
  readonly failed: number;
  readonly isEstimate: boolean;
}

/** One for each group; its series are those of the question, in their order. */
function routesOf({ result }: AnswerOf<'trend'>): readonly Route[] {
  const found = new Map<string, (typeof result.series)[number][]>();
  for (const one of result.series) {
    if (one.group === undefined || one.group === 'other') continue;
    const name = routeName(one.group);
    found.set(name, [...(found.get(name) ?? []), one]);
  }
  return [...found]
    .map(([name, [requests, median, p95, failed]]) => ({
      name,
      requests: requests?.total ?? 0,
      median: median?.total ?? null,
      p95: p95?.total ?? null,
      failed: failed?.total ?? 0,
      isEstimate: p95?.estimated === true,
    }))
    .sort((a, b) => (b.p95 ?? -1) - (a.p95 ?? -1));
}

function Routes({
  app,
  question,
  about,
  seen,
}: {
  app: string;
  question: QuestionOf<'trend'>;
  about: string;
  seen: boolean;
}) {
  const { data, error, retry, isStale } = useAnswer(app, question, about, seen);
  if (data === undefined) return <Pending error={error} onRetry={retry} />;
  const groups = routesOf(data).slice(0, ROWS);
  if (groups.length === 0) return <Nothing>No requests in this period.</Nothing>;
  return (
    <Table className={classes['table']} highlightOnHover style={dimmed(isStale)} verticalSpacing={0}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Route</Table.Th>
          <Table.Th w={80} ta="right" className={classes['spark']}>
            Requests
          </Table.Th>
          <Table.Th w={76} ta="right" className={classes['spark']}>
            Median
          </Table.Th>
          <Table.Th w={76} ta="right">
            <abbr title="95% of requests were at least this fast" style={{ textDecoration: 'none' }}>
              p95
            </abbr>
          </Table.Th>
          <Table.Th w={68} ta="right">
            Failed
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {groups.map(({ name, requests, median, p95, failed, isEstimate }) => (
          <Table.Tr key={name}>
            <Table.Td className={classes['name']} title={name} fz="sm">
              {name}
            </Table.Td>
            <Table.Td ta="right" className={classes['spark']}>
              {short(requests)}
            </Table.Td>
            <Table.Td ta="right" className={classes['spark']}>
              {approx(isEstimate, duration(median))}
            </Table.Td>
            <Table.Td ta="right">{approx(isEstimate, duration(p95))}</Table.Td>
            <Table.Td
              ta="right"
              c={failed >= requests * ALARMING && failed > 0 ? 'var(--mantine-color-error)' : 'dimmed'}
            >
              {percent(requests === 0 ? null : failed / requests)}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function routeName(group: readonly GroupPart[]): string {
  const [method, route] = group.map((part) => ('value' in part ? textOf(part.value) : undefined));
  return [method, route ?? '(no route)'].filter((part) => part !== undefined).join(' ');
}
type GroupPart = Exclude<NonNullable<AnswerOf<'trend'>['result']['series'][number]['group']>, 'other'>[number];
