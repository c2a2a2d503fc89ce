import { Button, Group, Menu, Paper, Title, UnstyledButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { Failure } from '../../components/states.tsx';
import { dimmed } from '../../components/use-answer.ts';
import { useSeen } from '../../components/use-seen.ts';
import { type CardAnswer, useCard } from './ask-cards.ts';
import { CARDS, type Group as CardGroup, rowName } from './cards.ts';
import { type Base, type CardName, hasFilter, rowFilter } from './question.ts';
import { type Column, countCell, Nothing, type Row, Rows, RowsPending, shareCell } from './rows.tsx';
import type { WebSearch } from './search.ts';
import classes from './web.module.css';

/** Of a card on the page; opened in full it has all. */
export const ROWS = 9;

/** What every card is given. */
export interface CardProps {
  readonly app: string;
  readonly base: Base;
  readonly search: WebSearch;
  onFilter(field: string, value: string | null): void;
  onOpen(card: CardName): void;
}

interface CardFrameProps {
  readonly title: string;
  readonly tabs?: ReactNode;
  readonly foot?: ReactNode;
  readonly children: (seen: boolean) => ReactNode;
}

/** Asks nothing before it is near the viewport. */
export function CardFrame({ title, tabs, foot, children }: CardFrameProps) {
  const { ref, seen } = useSeen();
  return (
    <Paper component="section" withBorder p="md" ref={ref} aria-label={title} className={classes['card']}>
      <Group justify="space-between" align="flex-start" gap="xs" mb={6} mih={28}>
        <Title order={2} size="h6" fw={600} lh="28px">
          {title}
        </Title>
        {tabs}
      </Group>
      <div className={classes['content']}>{children(seen)}</div>
      <Group h={26} mt={4} gap="xs">
        {foot}
      </Group>
    </Paper>
  );
}

export interface Tab<T extends string> {
  readonly value: T;
  readonly label: string;
}

interface TabsProps<T extends string> {
  readonly of: string;
  readonly tabs: readonly Tab<T>[];
  readonly shown: T;
  /** Further ones, in a menu. */
  readonly more?: { readonly label: string; readonly tabs: readonly Tab<T>[] };
  onShow(tab: T): void;
}

export function Tabs<T extends string>({ of, tabs, shown, more, onShow }: TabsProps<T>) {
  const further = more?.tabs.find(({ value }) => value === shown);
  return (
    <Group gap={2} role="group" aria-label={`${of} by`}>
      {tabs.map(({ value, label }) => (
        <UnstyledButton
          key={value}
          className={classes['tab']}
          aria-pressed={value === shown}
          onClick={() => onShow(value)}
        >
          {label}
        </UnstyledButton>
      ))}
      {more && (
        <Menu position="bottom-end" shadow="md">
          <Menu.Target>
            <UnstyledButton className={classes['tab']} data-shown={further !== undefined || undefined}>
              {further?.label ?? more.label}
              <IconChevronDown size={14} aria-hidden />
            </UnstyledButton>
          </Menu.Target>
          <Menu.Dropdown>
            {more.tabs.map(({ value, label }) => (
              <Menu.Item key={value} onClick={() => onShow(value)}>
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </Group>
  );
}

interface GroupCardProps extends CardProps {
  readonly group: CardGroup;
  /** Those of the group that the app has. */
  readonly cards: readonly CardName[];
  /** Shown in a menu under this name. */
  readonly menu?: { readonly label: string; readonly cards: readonly CardName[] };
}

/** One card: a table by each of its tabs. */
export function GroupCard({ group, cards, menu, ...props }: GroupCardProps) {
  const [chosen, setChosen] = useState<CardName>(cards[0]!);
  const all = [...cards, ...(menu?.cards ?? [])];
  const shown = all.includes(chosen) ? chosen : all[0]!;
  const tabOf = (value: CardName) => ({ value, label: CARDS[value].label });
  return (
    <CardFrame
      title={group.title}
      tabs={
        <Tabs<CardName>
          of={group.title}
          tabs={cards.map(tabOf)}
          shown={shown}
          onShow={setChosen}
          {...(menu && { more: { label: menu.label, tabs: menu.cards.map(tabOf) } })}
        />
      }
      foot={<DetailsButton card={shown} onOpen={props.onOpen} />}
    >
      {(seen) => <CardRows key={shown} card={shown} seen={seen} {...props} />}
    </CardFrame>
  );
}

export function DetailsButton({ card, onOpen }: { card: CardName } & Pick<CardProps, 'onOpen'>) {
  return (
    <Button
      size="compact-xs"
      variant="subtle"
      onClick={() => onOpen(card)}
      aria-label={`Details: ${CARDS[card].label}`}
      data-details={card}
    >
      Details
    </Button>
  );
}

export function CardRows({ app, base, search, card, seen, onFilter }: CardProps & { card: CardName; seen: boolean }) {
  // Of one browser, its versions.
  const asked =
    card === 'browsers' && search.filters?.some((one) => 'field' in one && one.field === CARDS.browsers.field)
      ? 'browserVersions'
      : card;
  const { data, error, refetch, isPlaceholderData } = useCard(
    app,
    base,
    { card: asked, limit: ROWS, ...(base.goal !== undefined && { sort: 'convertedVisitors' }) },
    seen,
  );
  if (!data) return error ? <Failure error={error} onRetry={() => void refetch()} /> : <RowsPending rows={ROWS} />;
  const { rows } = data.card;
  if (rows.length === 0) return <Nothing>{emptyText(asked)}</Nothing>;
  return (
    <div style={dimmed(isPlaceholderData)} aria-busy={isPlaceholderData}>
      <Rows
        one={CARDS[asked].one}
        label={CARDS[asked].label}
        columns={columnsOf(asked, base.goal !== undefined)}
        rows={rows.map((row) => rowOf(asked, row, data, search, onFilter))}
      />
    </div>
  );
}

/** Those that count events of visits, and not visits. */
export const isOfEvents = (card: CardName): boolean =>
  card === 'outboundLinks' || card === 'downloads' || card === 'notFound';

/** What these are called. */
export const eventsLabel = (card: CardName): string =>
  card === 'outboundLinks' ? 'Clicks' : card === 'downloads' ? 'Downloads' : 'Views';

/** Of a row with a goal. */
const GOAL_COLUMNS: readonly Column[] = [
  { label: 'Visitors', width: 9, isWide: true },
  { label: 'Converted', width: 11 },
  { label: 'Rate', width: 7 },
];

function columnsOf(card: CardName, hasGoal: boolean): readonly Column[] {
  if (hasGoal) return GOAL_COLUMNS;
  return [
    { label: 'Visitors', width: 9 },
    isOfEvents(card) ? { label: eventsLabel(card), width: 11 } : { label: '%', width: 8 },
  ];
}

function rowOf(
  card: CardName,
  row: CardAnswer['card']['rows'][number],
  { card: { field }, totals }: CardAnswer,
  search: WebSearch,
  onFilter: CardProps['onFilter'],
): Row {
  const { value, visitors, estimated, convertedVisitors = 0 } = row;
  const shared = {
    key: JSON.stringify(value),
    name: rowName(card, value),
    ...(field !== undefined && {
      isChosen: hasFilter(search.filters, rowFilter(field, value)),
      onChoose: () => onFilter(field, value),
    }),
  };
  const visitorsCell = countCell(visitors, 'visitors', estimated);
  if (totals.conversions !== undefined)
    return {
      ...shared,
      size: convertedVisitors,
      cells: [
        visitorsCell,
        countCell(convertedVisitors, 'of these visitors converted', estimated),
        shareCell(row.conversionRate, 'of these visitors converted'),
      ],
    };
  if (isOfEvents(card))
    return { ...shared, size: visitors, cells: [visitorsCell, countCell(row.events ?? 0, 'times')] };
  const share = totals.visitors === 0 ? null : visitors / totals.visitors;
  return { ...shared, size: visitors, cells: [visitorsCell, shareCell(share, 'of all visitors')] };
}

/** What there is to do about it. */
function emptyText(card: CardName): string {
  switch (card) {
    case 'outboundLinks':
      return 'No clicks on links to other sites. The browser script sends them.';
    case 'downloads':
      return 'No downloads. The browser script sends clicks on files.';
    case 'notFound':
      return 'No missing pages. The browser script sends one when your server answers 404.';
    case 'countries':
    case 'regions':
    case 'cities':
      return 'No locations in this period.';
    default:
      return card.startsWith('utm') ? 'No visits with this UTM parameter.' : 'No visits in this period.';
  }
}
