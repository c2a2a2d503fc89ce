import { Alert, Button, Code, Group, Kbd, Menu, Select, Skeleton, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconDeviceFloppy, IconDownload, IconPlayerPlay } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Suspense, useMemo, useRef, useState } from 'react';
import { answerQuery, propertiesQuery, useIsAdmin } from '../../api/hooks.ts';
import { ProblemError, urlOf } from '../../api/http.ts';
import type { QuestionOf } from '../../api/wire.ts';
import { AnswerChart } from '../../charts/answer-chart.tsx';
import { CHARTS_OF } from '../../charts/types.ts';
import { spelled } from '../../components/filters.ts';
import { count, timeRange } from '../../components/formats.ts';
import { lazily } from '../../components/lazily.tsx';
import { Page } from '../../components/page.tsx';
import { type DateRange, isEmpty } from '../../components/range.ts';
import { RangePicker } from '../../components/range-picker.tsx';
import { Empty, Failure } from '../../components/states.tsx';
import type { EditorHandle } from './editor.tsx';
import { EXAMPLES } from './examples.ts';
import type { SqlSearch } from './search.ts';
import classes from './sql.module.css';

/** CodeMirror is loaded only on this page. */
const Editor = lazily(() => import('./editor.tsx'), 'Editor');
/** Loaded after the main parts, below everything. */
const Allowed = lazily(() => import('./allowed.tsx'), 'Allowed');
const SaveForm = lazily(() => import('../../components/save-form.tsx'), 'SaveForm');
const RESULT_PX = 420;

/** A page for your own SELECT over the events. */
export function Sql() {
  const { app } = useParams({ from: '/signed-in/apps/$app' });
  const given = useSearch({ from: '/signed-in/apps/$app/sql' });
  const { sql, chart = 'table' } = given;
  const range: DateRange = isEmpty(given) ? { last: '30d', ...timesIn(given) } : timesIn(given);
  const navigate = useNavigate();
  const change = (changed: SqlSearch, replace = true): void =>
    void navigate({ to: '/apps/$app/sql', params: { app }, search: changed, replace });
  const isAdmin = useIsAdmin();
  const { data: properties = [] } = useQuery(propertiesQuery(app));
  const names = useMemo(() => properties.map(({ name, types }) => ({ name: spelled(name), types })), [properties]);

  const [draft, setDraft] = useState(sql ?? EXAMPLES[0]?.sql ?? '');
  const [saving, setSaving] = useState(false);
  const [saved, setSaved] = useState<{ readonly report: string; readonly sql: string | undefined }>();
  /** Another question is another report. */
  const report = saved?.sql === sql ? saved?.report : undefined;
  const editor = useRef<EditorHandle>(null);
  const question: QuestionOf<'sql'> = { kind: 'sql', ...timesIn(range), sql: sql ?? '' };
  const answer = useQuery({
    ...answerQuery(app, question),
    enabled: sql !== undefined && sql.trim() !== '',
    placeholderData: keepPreviousData,
    // A rejected statement stays rejected, and one that takes too long would take as long again.
    retry: false,
  });
  const { data, error, isFetching, isPlaceholderData, refetch } = answer;
  const run = (text = draft, drawn: SqlSearch['chart'] = given.chart): void => {
    if (text.trim() === '') return;
    if (text === sql && drawn === given.chart) void refetch();
    else change({ ...timesIn(given), sql: text, ...(drawn !== undefined && { chart: drawn }) }, false);
  };
  const isDone = data !== undefined && !error;

  return (
    <Page
      title="SQL"
      actions={
        <>
          <Menu position="bottom-end" shadow="md">
            <Menu.Target>
              <Button variant="default">Examples</Button>
            </Menu.Target>
            <Menu.Dropdown>
              {EXAMPLES.map((example) => (
                <Menu.Item
                  key={example.label}
                  onClick={() => {
                    setDraft(example.sql);
                    run(example.sql, example.chart);
                  }}
                >
                  {example.label}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
          <RangePicker value={range} onChange={(value) => change({ ...withoutTimes(given), ...timesIn(value) })} />
        </>
      }
    >
      <div className={classes['editor']}>
        <Suspense fallback={<Skeleton h="var(--editor-height)" />}>
          <Editor handle={editor} value={draft} properties={names} onChange={setDraft} onRun={() => run()} />
        </Suspense>
      </div>
      <Group gap="sm">
        <Button leftSection={<IconPlayerPlay size={16} aria-hidden />} loading={isFetching} onClick={() => run()}>
          Run
        </Button>
        <Text size="xs" c="dimmed" visibleFrom="sm">
          <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd> to run. One SELECT on <Code>events</Code>; limited to the
          selected date range.
        </Text>
        {isDone && (
          <Group gap="xs" ml="auto">
            <Select
              aria-label="Shown as"
              w={110}
              size="xs"
              allowDeselect={false}
              data={CHARTS_OF.sql.map((name) => ({ value: name, label: LABELS[name] ?? name }))}
              value={chart}
              onChange={(drawn) => {
                const next = CHART_NAMES.find((name) => name === drawn);
                const { chart: __, ...rest } = given;
                change(next === undefined || next === 'table' ? rest : { ...rest, chart: next });
              }}
            />
            <Button
              size="xs"
              variant="default"
              component="a"
              href={urlOf(`api/query/${encodeURIComponent(app)}`, {
                q: JSON.stringify(question),
                format: 'csv',
                csvSafe: true,
              })}
              download={`${app}.csv`}
              leftSection={<IconDownload size={14} aria-hidden />}
            >
              CSV
            </Button>
            {isAdmin && (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconDeviceFloppy size={14} aria-hidden />}
                onClick={() => setSaving(true)}
              >
                {report === undefined ? 'Save as report' : 'Saved'}
              </Button>
            )}
          </Group>
        )}
      </Group>
      {error ? (
        <SqlError error={error} onPlace={(line, column) => editor.current?.goTo(line, column)} onRetry={() => run()} />
      ) : data === undefined ? (
        isFetching ? (
          <Skeleton h={RESULT_PX} />
        ) : (
          <Empty title="No results yet">
            Run the query above, or choose an example. Columns are <Code>event</Code>, <Code>user</Code>,{' '}
            <Code>timestamp</Code> and others; properties are <Code>data.plan</Code>. <Kbd size="xs">Ctrl</Kbd>{' '}
            <Kbd size="xs">Space</Kbd> lists what can be named.
          </Empty>
        )
      ) : (
        <Stack gap="xs" style={{ opacity: isPlaceholderData ? 0.5 : 1 }} aria-busy={isPlaceholderData}>
          <Text size="xs" c="dimmed" role="status">
            {count(data.result.rows.length)} {data.result.rows.length === 1 ? 'row' : 'rows'} ·{' '}
            {timeRange(data.from, data.to, data.timeZone)}, {data.timeZone}
          </Text>
          <AnswerChart question={question} answer={data} chart={chart} height={RESULT_PX} />
        </Stack>
      )}
      <Suspense>
        <Allowed />
      </Suspense>
      {saving && (
        <Suspense>
          <SaveForm
            app={app}
            question={question}
            chart={chart}
            onClose={() => setSaving(false)}
            onSaved={(id) => setSaved({ report: id, sql })}
          />
        </Suspense>
      )}
    </Page>
  );
}

const CHART_NAMES = ['table', 'line', 'bar', 'area', 'pie', 'number'] as const;
const LABELS: Readonly<Record<string, string>> = {
  table: 'Table',
  line: 'Lines',
  bar: 'Bars',
  area: 'Areas',
  pie: 'Pie',
  number: 'Number',
};
const withoutTimes = ({ last: _, from: __, to: ___, timeZone: ____, ...rest }: SqlSearch): SqlSearch => rest;

/** What is wrong, where, and what would be right. */
function SqlError({
  error,
  onPlace,
  onRetry,
}: {
  error: Error;
  onPlace(line: number, column: number): void;
  onRetry(): void;
}) {
  if (!(error instanceof ProblemError) || error.problem.retry) return <Failure error={error} onRetry={onRetry} />;
  const { title, detail, remedy, code } = error.problem;
  const place = /line (\d+), column (\d+)/.exec(detail);
  return (
    <Alert
      color="red"
      variant="outline"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={title}
      styles={{ title: { color: 'var(--mantine-color-text)' }, message: { color: 'var(--mantine-color-text)' } }}
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {detail.replace(/^`sql`/, 'The SQL')}
        </Text>
        <Text size="xs" c="dimmed">
          {LIMITS.has(code)
            ? 'The server limits how long a question may take, its memory and its rows: choose a shorter range, group, or add a LIMIT.'
            : code === 'QUESTION_INVALID'
              ? 'Correct it above and run it again.'
              : remedy}
        </Text>
        {place && (
          <Button size="compact-sm" variant="default" onClick={() => onPlace(Number(place[1]), Number(place[2]))}>
            Go to line {place[1]}, column {place[2]}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
const LIMITS: ReadonlySet<string> = new Set(['QUERY_LIMIT_TIME', 'QUERY_LIMIT_MEMORY', 'QUERY_LIMIT_ROWS']);

function timesIn({ last, from, to, timeZone }: DateRange): DateRange {
  return {
    ...(last !== undefined && { last }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(timeZone !== undefined && { timeZone }),
  };
}
