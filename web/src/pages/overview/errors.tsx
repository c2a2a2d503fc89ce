import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answerQuery } from '../../api/hooks.ts';
import type { QuestionOf } from '../../api/wire.ts';
import { ago, approx, count, dateTime, short } from '../../components/formats.ts';
import { AnchorLink } from '../../components/links.tsx';
import { dimmed, REFRESH_MS, useAnswer } from '../../components/use-answer.ts';
import { groupsOf } from './groups.ts';
import classes from './overview.module.css';
import type { Period } from './period.ts';
import { ExploreLink, Nothing, Pending, ROWS, Section } from './section.tsx';

/** As the clients name it: uncaught errors of pages, and those reported by `seismo.errors()`. */
export const ERROR = 'error';

interface Props {
  readonly app: string;
  readonly period: Period;
  readonly about: string;
  readonly now: number;
  readonly timeZone: string;
}

export function Errors({ app, period, about, now, timeZone }: Props) {
  const series = [{ event: ERROR }, { event: ERROR, measure: 'users' }] as const;
  const question: QuestionOf<'trend'> = {
    kind: 'trend',
    ...period.whole,
    series,
    breakdown: ['data.message'],
    limit: ROWS,
  };
  return (
    <Section
      title="Errors"
      aside={
        <ExploreLink
          app={app}
          of="errors by message"
          chart="bar"
          q={{ ...question, interval: period.interval, series: [{ event: ERROR }] }}
        />
      }
    >
      {(seen) => <Messages {...{ app, question, about, now, timeZone, period, seen }} />}
    </Section>
  );
}

function Messages({
  app,
  question,
  about,
  now,
  timeZone,
  period,
  seen,
}: Props & { question: QuestionOf<'trend'>; seen: boolean }) {
  const { data, error, retry, isStale } = useAnswer(app, question, about, seen);
  // A trend does not say when something last occurred.
  const { data: last } = useQuery({
    ...answerQuery(app, {
      kind: 'sql',
      ...period.whole,
      filters: [{ field: 'event', value: ERROR }],
      sql: 'SELECT text(data.message) AS message, max(timestamp) AS at FROM events GROUP BY message ORDER BY count() DESC LIMIT 100',
    }),
    enabled: seen,
    refetchInterval: REFRESH_MS,
  });
  if (data === undefined) return <Pending error={error} onRetry={retry} />;
  const rows = groupsOf(data);
  if (rows.length === 0) return <Nothing>No errors in this period.</Nothing>;
  const seenLast = new Map(last?.result.rows.map(([message, at]) => [message ?? undefined, String(at)]));
  return (
    <Table className={classes['table']} highlightOnHover style={dimmed(isStale)} verticalSpacing={0}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Message</Table.Th>
          <Table.Th w={64} ta="right">
            Errors
          </Table.Th>
          <Table.Th w={60} ta="right" className={classes['spark']}>
            Users
          </Table.Th>
          <Table.Th w={108} ta="right">
            Last seen
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ value, totals: [errors, users], estimated }) => {
          const at = seenLast.get(value);
          return (
            <Table.Tr key={String(value)}>
              <Table.Td className={classes['name']} title={value}>
                <AnchorLink
                  to="/apps/$app/events"
                  params={{ app }}
                  search={{
                    ...rangeSearch(period),
                    filters: [
                      { field: 'event', value: ERROR },
                      value === undefined
                        ? { field: 'data.message', operator: 'exists', value: false }
                        : { field: 'data.message', value },
                    ],
                  }}
                  preload={false}
                  size="sm"
                >
                  {value ?? '(no message)'}
                </AnchorLink>
              </Table.Td>
              <Table.Td ta="right" title={count(errors)}>
                {short(errors)}
              </Table.Td>
              <Table.Td ta="right" className={classes['spark']}>
                {approx(estimated[1], short(users))}
              </Table.Td>
              <Table.Td ta="right" c="dimmed" fz="xs" title={at && dateTime(at, timeZone)}>
                {at && ago(at, now)}
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

const rangeSearch = ({ whole: { last, from, to } }: Period) => ({
  ...(last !== undefined && { last }),
  ...(from !== undefined && { from: String(from) }),
  ...(to !== undefined && { to: String(to) }),
});
