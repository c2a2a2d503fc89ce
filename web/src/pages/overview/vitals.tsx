import { Badge, Table, Text } from '@mantine/core';
import type { QuestionOf } from '../../api/wire.ts';
import { count, duration, short } from '../../components/formats.ts';
import { dimmed, useAnswer } from '../../components/use-answer.ts';
import classes from './overview.module.css';
import type { Period } from './period.ts';
import { ExploreLink, Nothing, Pending, Section } from './section.tsx';

/** As the script tag names it. */
export const VITAL = 'web vital';

/** The 75th percentile up to which a metric is good, and from which it is poor (web.dev/articles/vitals); in ms, except CLS. */
const METRICS = [
  { name: 'LCP', means: 'Largest Contentful Paint', good: 2_500, poor: 4_000 },
  { name: 'INP', means: 'Interaction to Next Paint', good: 200, poor: 500 },
  { name: 'CLS', means: 'Cumulative Layout Shift', good: 0.1, poor: 0.25 },
  { name: 'TTFB', means: 'Time to First Byte', good: 800, poor: 1_800 },
] as const;

interface Props {
  readonly app: string;
  readonly period: Period;
  readonly about: string;
}

export function Vitals({ app, period, about }: Props) {
  const question: QuestionOf<'sql'> = {
    kind: 'sql',
    ...period.whole,
    filters: [{ field: 'event', value: VITAL }],
    sql: 'SELECT text(data.metric) AS metric, quantile(0.75)(number(data.value)) AS p75, count() AS events FROM events GROUP BY metric',
  };
  return (
    <Section
      title="Web vitals"
      height={190}
      note="75th percentile of visits"
      aside={
        <ExploreLink
          app={app}
          of="web vitals"
          q={{ kind: 'performance', ...period.whole, event: VITAL, property: 'data.value', by: 'data.metric' }}
        />
      }
    >
      {(seen) => <Metrics app={app} question={question} about={about} seen={seen} />}
    </Section>
  );
}

function Metrics({
  app,
  question,
  about,
  seen,
}: {
  app: string;
  question: QuestionOf<'sql'>;
  about: string;
  seen: boolean;
}) {
  const { data, error, retry, isStale } = useAnswer(app, question, about, seen);
  if (data === undefined) return <Pending error={error} onRetry={retry} rows={4} />;
  const known = new Map(
    data.result.rows.map(([metric, p75, events]) => [metric, { p75: Number(p75), events: Number(events) }]),
  );
  if (known.size === 0) return <Nothing>No web vitals in this period.</Nothing>;
  return (
    <Table className={classes['table']} style={dimmed(isStale)} verticalSpacing={0}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Metric</Table.Th>
          <Table.Th w={72} ta="right" className={classes['spark']}>
            Visits
          </Table.Th>
          <Table.Th w={84} ta="right">
            Value
          </Table.Th>
          <Table.Th w={132} ta="right">
            Rating
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {METRICS.map(({ name, means, good, poor }) => {
          const found = known.get(name);
          return (
            <Table.Tr key={name}>
              <Table.Td className={classes['name']}>
                <Text component="span" size="sm" fw={500}>
                  {name}
                </Text>{' '}
                <Text component="span" size="xs" c="dimmed" className={classes['spark']}>
                  {means}
                </Text>
              </Table.Td>
              <Table.Td ta="right" className={classes['spark']}>
                {short(found?.events ?? 0)}
              </Table.Td>
              <Table.Td ta="right">
                {found === undefined ? '–' : name === 'CLS' ? count(found.p75) : duration(Math.round(found.p75))}
              </Table.Td>
              <Table.Td ta="right">{found && <Rating value={found.p75} good={good} poor={poor} />}</Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

function Rating({ value, good, poor }: { value: number; good: number; poor: number }) {
  const [label, color, text] =
    value <= good
      ? ['Good', 'green', 'light-dark(#14602f, #8ce99a)']
      : value <= poor
        ? ['Needs improvement', 'yellow', 'light-dark(#7a4b00, #ffe066)']
        : ['Poor', 'red', 'light-dark(#a51111, #ffa8a8)'];
  return (
    <Badge variant="light" color={color} c={text} size="sm">
      {label}
    </Badge>
  );
}
