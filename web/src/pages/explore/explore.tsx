import { Button, Center, Paper, Skeleton, Stack, Tabs } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type CSSProperties, Suspense, useCallback, useEffect, useMemo, useRef } from 'react';
import { answerQuery, eventNamesQuery, reportsQuery } from '../../api/hooks.ts';
import { ProblemError } from '../../api/http.ts';
import type { Chart, Question, QuestionOf } from '../../api/wire.ts';
import { preloadCharts } from '../../charts/answer-chart.tsx';
import { CHARTS_OF, chartOf } from '../../charts/types.ts';
import { lazily } from '../../components/lazily.tsx';
import { NoData } from '../../components/no-data.tsx';
import { Page } from '../../components/page.tsx';
import { RangePicker } from '../../components/range-picker.tsx';
import { Empty, Failure } from '../../components/states.tsx';
import { useLater } from '../../components/use-later.ts';
import { type Shortcut, useShortcuts } from '../../shell/shortcuts.tsx';
import { CommonForm } from './common-form.tsx';
import classes from './explore.module.css';
import { Form, preloadForms } from './form.tsx';
import {
  type BuiltKind,
  convertToKind,
  isBuilt,
  KINDS,
  missing,
  rangeOfQuestion,
  withExtraStep,
  withRange,
} from './question.ts';
import { Result } from './result.tsx';
import { HEIGHT_PX, ResultFrame } from './result-frame.tsx';
import { type ExploreSearch, questionIn } from './search.ts';
import { isShown } from './shape.ts';

/** The delay between the last change and the question, so that five quick clicks ask once. */
const ASK_AFTER_MS = 150;
/** After the first answer has been drawn, in most cases. */
const PRELOAD_AFTER_MS = 1_500;
/** Wide enough for the longest option of a pair of fields. */
const FORM_PX = 360;
/** Of the two buttons of a new report. */
const ACTIONS_PX = { w: 188, h: 36 };
const ReportActions = lazily(() => import('./report-actions.tsx'), 'ReportActions');
const KNOWN_ELSEWHERE: ReadonlySet<string> = new Set(['sql', 'users', 'timeline']);
preloadCharts();

/** Builds every question by clicking; the address holds all of it. */
export function Explore() {
  const { app } = useParams({ from: '/signed-in/apps/$app' });
  const { data: names } = useQuery(eventNamesQuery(app));
  if (names?.length === 0)
    return (
      <Page title="Explore">
        <NoData app={app} />
      </Page>
    );
  return <Builder key={app} app={app} names={(names ?? []).map(({ event }) => event)} />;
}

const SQL_CHARTS = ['table', 'line', 'bar', 'area', 'pie', 'number'] as const;

/** The same statement, range and chart on the SQL page. */
function sqlSearchOf(question: QuestionOf<'sql'>, search: ExploreSearch) {
  const chart = SQL_CHARTS.find((one) => one === search.chart);
  return { ...rangeOfQuestion(question), sql: question.sql, ...(chart !== undefined && { chart }) };
}

function Builder({ app, names }: { app: string; names: readonly string[] }) {
  const search = useSearch({ from: '/signed-in/apps/$app/explore' });
  const navigate = useNavigate({ from: '/apps/$app/explore' });
  const question = questionIn(search);
  const chart = chartOf(question.kind, search.chart);
  const go = useCallback((next: ExploreSearch) => void navigate({ search: next }), [navigate]);
  const ask = useCallback(
    (next: Question) =>
      go({
        q: next,
        // Another kind gets the display that fits it.
        ...(search.chart && next.kind === question.kind && { chart: search.chart }),
        ...(search.report !== undefined && { report: search.report }),
      }),
    [go, search.chart, search.report, question.kind],
  );
  const draw = useCallback((next: Chart) => go({ ...search, q: question, chart: next }), [go, search, question]);

  const { data: reports } = useQuery({ ...reportsQuery(app), enabled: search.report !== undefined });
  const report = reports?.find(({ id }) => id === search.report);

  const [asked] = useDebouncedValue(question, ASK_AFTER_MS);
  const lacks = isShown(asked) ? missing(asked) : undefined;
  const { data, error, isFetching, isPlaceholderData, refetch } = useQuery({
    ...answerQuery(app, asked),
    enabled: lacks === undefined,
    placeholderData: keepPreviousData,
  });
  // Users, timelines and SQL have pages of their own.
  useEffect(() => {
    if (question.kind === 'sql')
      void navigate({ to: '/apps/$app/sql', params: { app }, search: sqlSearchOf(question, search), replace: true });
    else if (question.kind === 'users' || question.kind === 'timeline')
      void navigate({ to: '/apps/$app/users', params: { app }, search: {}, replace: true });
  }, [question, search, navigate, app]);

  const isForm = isShown(question);
  const shortcuts = useMemo<readonly Shortcut[]>(() => {
    if (!isForm) return [];
    return [
      {
        keys: 'c',
        label: 'Change the chart type',
        run: () => {
          const charts = CHARTS_OF[question.kind];
          draw(charts[(charts.indexOf(chart) + 1) % charts.length]!);
        },
      },
      {
        keys: 'n',
        label: 'Add a series or step',
        run: () => {
          const next = withExtraStep(question);
          if (next !== question) ask(next);
        },
      },
      ...KINDS.map(({ kind, label }, i) => ({
        keys: String(i + 1),
        label: `Switch to ${label}`,
        run: () => {
          if (kind !== question.kind) ask(convertToKind(kind, question, names));
        },
      })),
    ];
  }, [ask, chart, draw, isForm, names, question]);
  useShortcuts(shortcuts);
  const kinds = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen one comes into view whenever another is chosen
  useEffect(() => {
    const tab = kinds.current?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (tab) kinds.current?.scrollTo({ left: tab.offsetLeft - kinds.current.clientWidth / 2 + tab.offsetWidth / 2 });
  }, [question.kind]);
  // The answer is drawn first: the form takes just as long.
  const isLater = useLater();
  useEffect(() => {
    const timer = setTimeout(preloadForms, PRELOAD_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);

  // Users, timelines and SQL are shown on another page in a moment.
  if (!isBuilt(question) && KNOWN_ELSEWHERE.has(question.kind)) return <Page title="Explore">{null}</Page>;
  if (!isShown(question))
    return (
      <Page title="Explore">
        <ResultFrame>
          {error ? <Failure error={error} /> : <Empty title="This link’s report can’t be shown here" />}
          <Center>
            <Button variant="default" onClick={() => go({})}>
              Start a new report
            </Button>
          </Center>
        </ResultFrame>
      </Page>
    );
  const problem = error instanceof ProblemError ? error : undefined;
  // The answer to another kind says nothing about this question.
  const answer = data?.kind === question.kind ? data : undefined;
  return (
    <Page
      title={report?.name ?? 'Explore'}
      actions={
        <>
          <Suspense fallback={<Skeleton {...ACTIONS_PX} />}>
            <ReportActions
              app={app}
              question={question}
              chart={chart}
              report={report}
              isOff={lacks !== undefined}
              onSaved={(id) => go({ q: question, chart, report: id })}
            />
          </Suspense>
          <RangePicker value={rangeOfQuestion(question)} onChange={(range) => ask(withRange(question, range))} />
        </>
      }
    >
      <Tabs
        value={question.kind}
        onChange={(kind) => kind !== null && ask(convertToKind(kind as BuiltKind, question, names))}
      >
        <Tabs.List aria-label="Report type" className={classes['kinds'] ?? ''} ref={kinds}>
          {KINDS.map(({ kind, label, about }) => (
            <Tabs.Tab key={kind} value={kind} title={about}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={question.kind} pt="md">
          <div className={classes['columns']} style={{ '--form': `${FORM_PX}px` } as CSSProperties}>
            <div className={classes['form']}>
              <Paper withBorder p="md">
                {isLater ? (
                  <Stack gap="md">
                    <Form app={app} question={question} onChange={ask} problem={problem}>
                      <CommonForm app={app} question={question} onChange={ask} />
                      {search.q !== undefined && (
                        <Button size="compact-sm" variant="subtle" color="gray" onClick={() => go({})}>
                          Reset
                        </Button>
                      )}
                    </Form>
                  </Stack>
                ) : (
                  <Skeleton h={HEIGHT_PX} />
                )}
              </Paper>
            </div>
            <div>
              {lacks !== undefined ? (
                <ResultFrame>
                  <Empty title={lacks} />
                </ResultFrame>
              ) : error && (!isPlaceholderData || answer === undefined) ? (
                <ResultFrame>
                  <Failure error={error} onRetry={() => void refetch()} />
                </ResultFrame>
              ) : answer === undefined ? (
                <ResultFrame>
                  <Skeleton h={HEIGHT_PX} aria-label="Loading" />
                </ResultFrame>
              ) : (
                <Result
                  app={app}
                  question={question}
                  answer={answer}
                  chart={chart}
                  isStale={isPlaceholderData || (isFetching && asked !== question)}
                  onDraw={draw}
                />
              )}
            </div>
          </div>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
