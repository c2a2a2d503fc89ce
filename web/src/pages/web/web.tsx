import { Stack } from '@mantine/core';
import { type QueryClient, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Suspense, useCallback, useMemo } from 'react';
import { answerQuery, appsQuery, eventNamesQuery } from '../../api/hooks.ts';
import { lazily } from '../../components/lazily.tsx';
import { Page } from '../../components/page.tsx';
import { type DateRange, sameRange } from '../../components/range.ts';
import { RangePicker } from '../../components/range-picker.tsx';
import { present, type Search } from '../../components/search.ts';
import { REFRESH_MS } from '../../components/use-answer.ts';
import { useLater } from '../../components/use-later.ts';
import { type Shortcut, useShortcuts } from '../../shell/shortcuts.tsx';
import { GroupCard } from './card.tsx';
import { DEVICE_GROUP, isCard, LINKS, PAGES, SOURCES, UTM } from './cards.ts';
import { Goals } from './goals.tsx';
import { Headline } from './headline.tsx';
import { Locations } from './locations.tsx';
import { baseOf, goalName, headlineQuestion, rangeOf, rowFilter, toggled } from './question.ts';
import { type WebSearch, webSearch } from './search.ts';
import { Chips, ComparePicker } from './toolbar.tsx';
import classes from './web.module.css';

const Details = lazily(() => import('./details.tsx'), 'Details');
const NoPageViews = lazily(() => import('./no-page-views.tsx'), 'NoPageViews');

/** The ids of what visits consist of. */
const VIEWS: ReadonlySet<string> = new Set(['page-viewed', 'screen-viewed']);

/** Before the page is drawn, which waits for the user and the app. A goal is known with the app. */
export function prefetchWeb(client: QueryClient, app: string, search: Search): void {
  const known = webSearch(search);
  if (known.goal === undefined) void client.prefetchQuery(answerQuery(app, headlineQuestion(known, undefined)));
}

/** Visits of a web site: how many, where from, to which pages. */
export function Web() {
  const { app } = useParams({ from: '/signed-in/apps/$app' });
  const { data: names } = useQuery({ ...eventNamesQuery(app), refetchInterval: REFRESH_MS });
  if (names && !names.some(({ id }) => VIEWS.has(id)))
    return (
      <Page title="Web">
        <Suspense>
          <NoPageViews app={app} isEmpty={names.length === 0} />
        </Suspense>
      </Page>
    );
  // Another app shows nothing of the previous one.
  return <Visits key={app} app={app} />;
}

function Visits({ app }: { app: string }) {
  const search = useSearch({ from: '/signed-in/apps/$app/web' });
  const navigate = useNavigate({ from: '/apps/$app/web' });
  const { data: apps } = useQuery(appsQuery);
  const own = apps?.find((one) => one.app === app);
  const isLater = useLater();
  const change = useCallback(
    (patch: { readonly [K in keyof WebSearch]?: WebSearch[K] | undefined }) =>
      void navigate({ search: present({ ...search, ...patch }) as WebSearch }),
    [navigate, search],
  );
  const setRange = useCallback(
    ({ last, from, to, timeZone }: DateRange) => {
      const isDefault = sameRange({ ...(last && { last }), ...(from && { from }), ...(to && { to }) }, rangeOf({}));
      change({ ...(isDefault ? { last: undefined, from: undefined, to: undefined } : { last, from, to }), timeZone });
    },
    [change],
  );
  const clear = useCallback(() => change({ filters: undefined, goal: undefined }), [change]);
  useKeys(search, setRange, clear);
  const goals = apps === undefined ? undefined : (own?.goals ?? []);
  const goal = goals?.find((one) => goalName(one) === search.goal);
  const base = baseOf(search, goal);
  const calendar = {
    timeZone: search.timeZone ?? own?.timeZone ?? 'UTC',
    weekStart: own?.weekStart ?? 'monday',
  };
  const filter = (field: string, value: string | null): void => {
    const filters = toggled(search.filters, rowFilter(field, value));
    change({ filters: filters.length > 0 ? filters : undefined, card: undefined });
  };
  const cardProps = { app, base, search, onFilter: filter, onOpen: (card: string) => change({ card }) };
  // The goal of the address is known with the app.
  const isReady = search.goal === undefined || goals !== undefined;
  return (
    <Page
      title="Web"
      actions={
        <>
          <ComparePicker value={search.compare} calendar={calendar} onChange={(compare) => change({ compare })} />
          <RangePicker value={rangeOf(search)} onChange={setRange} />
        </>
      }
    >
      <Chips
        app={app}
        search={search}
        onFilters={(filters) => change({ filters: filters.length > 0 ? filters : undefined })}
        onGoal={(name) => change({ goal: name })}
        onClear={clear}
      />
      <Stack gap="md">
        {isReady && (
          <Headline
            app={app}
            search={search}
            goal={goal}
            onMeasure={(measure) => change({ measure })}
            onInterval={(interval) => change({ interval })}
            onRange={setRange}
          />
        )}
        {isReady && isLater && (
          <div className={classes['grid']}>
            <GroupCard
              group={SOURCES}
              cards={['sources', 'channels', 'referrers']}
              menu={{ label: 'UTM', cards: UTM }}
              {...cardProps}
            />
            <GroupCard group={PAGES} cards={PAGES.cards} {...cardProps} />
            <Locations {...cardProps} />
            <GroupCard group={DEVICE_GROUP} cards={DEVICE_GROUP.cards} {...cardProps} />
            <Goals app={app} goals={goals} search={search} onGoal={(name) => change({ goal: name })} />
            <GroupCard group={LINKS} cards={LINKS.cards} {...cardProps} />
          </div>
        )}
      </Stack>
      <Suspense>
        {isReady && isCard(search.card) && (
          <Details
            key={search.card}
            app={app}
            base={base}
            search={search}
            card={search.card}
            onFilter={filter}
            onClose={() => change({ card: undefined })}
          />
        )}
      </Suspense>
    </Page>
  );
}

const RANGES: readonly (readonly [key: string, label: string, range: DateRange])[] = [
  ['d', 'Today', { from: 'today', to: 'today' }],
  ['w', 'Last 7 days', { last: '7d' }],
  ['m', 'Last 30 days', { last: '30d' }],
  ['3', 'Last 90 days', { last: '90d' }],
  ['y', 'Last 12 months', { last: '12m' }],
];

/** A key for each of the common ranges. */
function useKeys(search: WebSearch, setRange: (range: DateRange) => void, clear: () => void): void {
  const { timeZone } = search;
  const shortcuts = useMemo<readonly Shortcut[]>(
    () => [
      ...RANGES.map(([keys, label, range]) => ({
        keys,
        label: `Date range: ${label.toLowerCase()}`,
        run: () => setRange({ ...range, ...(timeZone !== undefined && { timeZone }) }),
      })),
      { keys: 'x', label: 'Clear filters', run: clear },
    ],
    [setRange, clear, timeZone],
  );
  useShortcuts(shortcuts);
}
