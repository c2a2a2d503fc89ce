import { Table } from '@mantine/core';
import type { QuestionOf } from '../../api/wire.ts';
import { duration, percent, short } from '../../components/formats.ts';
import { textOf } from './groups.ts';
import classes from './overview.module.css';
import type { Period } from './period.ts';
import { ExploreLink, Nothing, Pending, ROWS, Section } from './section.tsx';
import { dimmed, useAnswer } from './use-answer.ts';

/** As the clients for Express and Fastify name it. */
export const REQUEST = 'request';

interface Props {
  readonly app: string;
  readonly period: Period;
  readonly about: string;
}

/** The routes that keep people waiting: where one request in twenty takes longest. */
export function SlowestRoutes({ app, period, about }: Props) {
  const question: QuestionOf<'performance'> = {
    kind: 'performance',
    ...period.whole,
    event: REQUEST,
    property: 'data.ms',
    by: 'data.route',
    condition: { field: 'data.status', operator: 'gte', value: 500 },
    sort: 'p95',
    limit: ROWS,
  };
  return (
    <Section title="Slowest routes" aside={<ExploreLink app={app} of="slowest routes" q={question} />}>
      {(seen) => <Routes app={app} question={question} about={about} seen={seen} />}
    </Section>
  );
}

function Routes({
  app,
  question,
  about,
  seen,
}: {
  app: string;
  question: QuestionOf<'performance'>;
  about: string;
  seen: boolean;
}) {
  const { data, error, retry, isStale } = useAnswer(app, question, about, seen);
  if (data === undefined) return <Pending error={error} onRetry={retry} />;
  const groups = (data.result.groups ?? []).filter(({ group }) => group !== 'other').slice(0, ROWS);
  if (groups.length === 0) return <Nothing>No requests in this period.</Nothing>;
  return (
    <Table className={classes['table']} highlightOnHover style={dimmed(isStale)} verticalSpacing={0}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Route</Table.Th>
          <Table.Th w={72} ta="right">
            Requests
          </Table.Th>
          <Table.Th w={76} ta="right" className={classes['spark']}>
            Median
          </Table.Th>
          <Table.Th w={76} ta="right">
            <abbr title="95% of requests were at least this fast" style={{ textDecoration: 'none' }}>
              95 %
            </abbr>
          </Table.Th>
          <Table.Th w={68} ta="right">
            Failed
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {groups.map(({ group, count, p50, p95, rate }) => {
          const name = routeOf(group);
          return (
            <Table.Tr key={name}>
              <Table.Td className={classes['name']} title={name} fz="sm">
                {name}
              </Table.Td>
              <Table.Td ta="right">{short(count)}</Table.Td>
              <Table.Td ta="right" className={classes['spark']}>
                {ms(p50)}
              </Table.Td>
              <Table.Td ta="right">{ms(p95)}</Table.Td>
              <Table.Td ta="right" c={rate ? 'var(--mantine-color-error)' : 'dimmed'}>
                {percent(rate)}
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

/** Whole ms from 10 on: the rest is noise. */
const ms = (value: number | null | undefined): string =>
  duration(value && value >= 10 && value < 1_000 ? Math.round(value) : value);

function routeOf(group: unknown): string {
  const [first] = Array.isArray(group) ? (group as readonly unknown[]) : [];
  return typeof first === 'object' && first !== null && 'value' in first ? textOf(first.value) : '(no route)';
}
