import { Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Suspense, useState } from 'react';
import { appsQuery, eventNamesQuery } from '../../api/hooks.ts';
import { lazily } from '../../components/lazily.tsx';
import { Page } from '../../components/page.tsx';
import { sameRange } from '../../components/range.ts';
import { RangePicker } from '../../components/range-picker.tsx';
import { Failure } from '../../components/states.tsx';
import { REFRESH_MS } from '../../components/use-answer.ts';
import { useLater } from '../../components/use-later.ts';
import { ERROR, Errors } from './errors.tsx';
import type { Known } from './news.ts';
import { Numbers } from './numbers.tsx';
import classes from './overview.module.css';
import { PAGE_VIEW, PageViews } from './page-views.tsx';
import { periodOf, rangeOf } from './period.ts';
import { REQUEST, SlowestRoutes } from './routes.tsx';
import { TopEvents } from './top-events.tsx';
import { useMinute } from './use-minute.ts';
import { VITAL, Vitals } from './vitals.tsx';
import { WhatsNew } from './whats-new.tsx';

const FirstEvent = lazily(() => import('./first-event.tsx'), 'FirstEvent');

/** What is going on in an app; for an app without events, how to send the first one. */
export function Overview() {
  const { app } = useParams({ from: '/signed-in/apps/$app' });
  const { data: known, error, refetch } = useQuery({ ...eventNamesQuery(app), refetchInterval: REFRESH_MS });
  const { data: apps } = useQuery(appsQuery);
  /** A reader of these instructions is not interrupted by the first event. */
  const [isStarting, setStarting] = useState<string>();
  if (known?.length === 0 && isStarting !== app) setStarting(app);
  if (error && known === undefined)
    return (
      <Page title="Overview">
        <Failure error={error} onRetry={() => void refetch()} />
      </Page>
    );
  if (known === undefined || apps === undefined)
    return (
      <Page title="Overview">
        <Skeleton h={430} />
      </Page>
    );
  if (known.length === 0 || isStarting === app)
    return (
      <Suspense fallback={<Page title="Send your first event">{undefined}</Page>}>
        <FirstEvent key={app} app={app} onDone={() => setStarting(undefined)} />
      </Suspense>
    );
  const timeZone = apps.find((one) => one.app === app)?.timeZone ?? 'UTC';
  // Another app shows nothing of the previous one.
  return <Filled key={app} app={app} known={known} appZone={timeZone} />;
}

function Filled({ app, known, appZone }: { app: string; known: readonly Known[]; appZone: string }) {
  const search = useSearch({ from: '/signed-in/apps/$app/overview' });
  const navigate = useNavigate();
  const now = useMinute();
  const isLater = useLater();
  const range = rangeOf(search);
  const timeZone = range.timeZone ?? appZone;
  const period = periodOf(range, timeZone);
  const about = JSON.stringify(range);
  const has = (name: string): boolean => known.some(({ event }) => event === name);
  const shared = { app, period, about };
  return (
    <Page
      title="Overview"
      actions={
        <RangePicker
          value={range}
          onChange={(value) =>
            void navigate({
              to: '/apps/$app/overview',
              params: { app },
              search: sameRange(value, rangeOf({})) && value.timeZone === undefined ? {} : value,
            })
          }
        />
      }
    >
      <Stack gap="md">
        <Numbers {...shared} />
        {isLater && (
          <div className={classes['grid']}>
            <TopEvents {...shared} />
            <WhatsNew app={app} known={known} now={now} timeZone={timeZone} />
            {has(PAGE_VIEW) && <PageViews {...shared} />}
            {has(ERROR) && <Errors {...shared} now={now} timeZone={timeZone} />}
            {has(REQUEST) && <SlowestRoutes {...shared} />}
            {has(VITAL) && <Vitals {...shared} />}
          </div>
        )}
      </Stack>
    </Page>
  );
}
