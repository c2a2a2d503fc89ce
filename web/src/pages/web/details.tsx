import { Button, Group, Modal, Skeleton, Stack, Table, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useDebouncedValue, useMediaQuery } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp, IconDownload, IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useRef, useState } from 'react';
import { askQuestion } from '../../api/hooks.ts';
import { urlOf } from '../../api/http.ts';
import charts from '../../charts/charts.module.css';
import { count } from '../../components/formats.ts';
import { Failure } from '../../components/states.tsx';
import { dimmed } from '../../components/use-answer.ts';
import { figureText, HEADLINE, WEB_MEASURES, type WebMeasure } from '../../components/web-measures.ts';
import { eventsLabel, isOfEvents } from './card.tsx';
import { CARDS, rowName } from './cards.ts';
import {
  type Base,
  type Card,
  type CardName,
  type CardRow,
  hasFilter,
  rowFilter,
  type WebQuestion,
} from './question.ts';
import type { WebSearch } from './search.ts';
import classes from './web.module.css';

const PAGE = 100;
/** The server's limit of rows in an answer. */
const DOWNLOAD_MAX = 1_000;
const TYPING_MS = 250;

type Sort = NonNullable<Card['sort']>;

interface DetailsProps {
  readonly app: string;
  readonly base: Base;
  readonly search: WebSearch;
  readonly card: CardName;
  onFilter(field: string, value: string | null): void;
  onClose(): void;
}

/** One card with all its rows and measures. */
export function Details({ app, base, search, card, onFilter, onClose }: DetailsProps) {
  const hasGoal = base.goal !== undefined;
  const measures = measuresOf(card, hasGoal);
  const [typed, setTyped] = useState('');
  const [text] = useDebouncedValue(typed.trim(), TYPING_MS);
  const [sort, setSort] = useState<{ by: Sort; order: 'asc' | 'desc' }>({
    by: hasGoal ? 'convertedVisitors' : 'visitors',
    order: 'desc',
  });
  const field = useRef<HTMLInputElement>(null);
  const isNarrow = useMediaQuery('(max-width: 48em)');
  const asked: Card = { card, sort: sort.by, order: sort.order, ...(text !== '' && { search: text }) };
  const rows = useInfiniteQuery({
    queryKey: ['answer', app, base, asked, 'all'],
    queryFn: async ({ pageParam, signal }) => {
      const question: WebQuestion = { kind: 'web', ...base, cards: [{ ...asked, limit: PAGE, offset: pageParam }] };
      return (await askQuestion(app, question, signal)).result.cards![0]!;
    },
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (last.others ? pages.length * PAGE : undefined),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const found = rows.data?.pages ?? [];
  const all = found.flatMap((page) => page.rows);
  const filteredBy = found[0]?.field;
  const toSearch = (press: KeyboardEvent): void => {
    if (press.key !== '/' || press.target === field.current) return;
    press.preventDefault();
    field.current?.focus();
  };
  const { label } = CARDS[card];
  return (
    <Modal
      opened
      onClose={onClose}
      title={label}
      size={960}
      fullScreen={isNarrow === true}
      closeButtonProps={{ 'aria-label': 'Close' }}
      onKeyDown={toSearch}
    >
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <TextInput
            ref={field}
            data-autofocus
            size="sm"
            aria-label={`Search ${label.toLowerCase()}`}
            placeholder="Search"
            leftSection={<IconSearch size={16} aria-hidden />}
            value={typed}
            onChange={({ currentTarget: { value } }) => setTyped(value)}
            style={{ flex: '1 1 200px', maxWidth: 320 }}
          />
          <Button
            component="a"
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            href={csvOf(app, base, asked)}
            download={`${app}-${card}.csv`}
          >
            CSV
          </Button>
        </Group>
        {rows.isError && !rows.data && <Failure error={rows.error} onRetry={() => void rows.refetch()} />}
        {rows.isPending && <Skeleton h={400} />}
        {rows.data && all.length === 0 && (
          <Text size="sm" c="dimmed" py="sm">
            {text === '' ? 'No rows in this period.' : 'No rows match.'}
          </Text>
        )}
        {all.length > 0 && (
          <div style={dimmed(rows.isPlaceholderData)} aria-busy={rows.isPlaceholderData}>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard (WCAG 2.1.1) */}
            <section className={`${charts['scroll']} ${classes['height']}`} tabIndex={0} aria-label={label}>
              <Table verticalSpacing={4} highlightOnHover className={classes['details'] ?? ''}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{CARDS[card].one}</Table.Th>
                    {measures.map((measure) => (
                      <SortHeader key={measure} measure={measure} card={card} sort={sort} onSort={setSort} />
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {all.map((row) => (
                    <Table.Tr key={JSON.stringify(row.value)}>
                      <Table.Td className={classes['detailName']}>
                        {filteredBy === undefined ? (
                          rowName(card, row.value)
                        ) : (
                          <UnstyledButton
                            className={classes['detailButton']}
                            aria-pressed={hasFilter(search.filters, rowFilter(filteredBy, row.value))}
                            onClick={() => onFilter(filteredBy, row.value)}
                          >
                            {rowName(card, row.value)}
                          </UnstyledButton>
                        )}
                      </Table.Td>
                      {measures.map((measure) => (
                        <Table.Td key={measure} ta="right">
                          {cellText(row, measure)}
                        </Table.Td>
                      ))}
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </section>
            <Group justify="space-between" mt="xs" mih={30}>
              <Text size="xs" c="dimmed" role="status">
                {count(all.length)} of {count(found.at(-1)?.totalRows)}
              </Text>
              {rows.hasNextPage && (
                <Button
                  size="xs"
                  variant="default"
                  loading={rows.isFetchingNextPage}
                  onClick={() => void rows.fetchNextPage()}
                >
                  Show more
                </Button>
              )}
            </Group>
          </div>
        )}
      </Stack>
    </Modal>
  );
}

type Column = WebMeasure | 'events';

/** Those that the rows of a card have. */
function measuresOf(card: CardName, hasGoal: boolean): readonly Column[] {
  if (hasGoal) return ['visitors', 'convertedVisitors', 'conversionRate'];
  if (isOfEvents(card)) return ['visitors', 'events'];
  return card === 'pages' ? ['visitors', 'pageViews'] : HEADLINE;
}

const labelOf = (measure: Column, card: CardName): string =>
  measure === 'events' ? eventsLabel(card) : WEB_MEASURES[measure].label;
const cellText = (row: CardRow, measure: Column): string =>
  measure === 'events' ? count(row.events) : figureText(row, measure);

interface SortHeaderProps {
  readonly measure: Column;
  readonly card: CardName;
  readonly sort: { readonly by: Sort; readonly order: 'asc' | 'desc' };
  onSort(sort: { by: Sort; order: 'asc' | 'desc' }): void;
}

function SortHeader({ measure, card, sort, onSort }: SortHeaderProps) {
  const label = labelOf(measure, card);
  const isSorted = sort.by === measure;
  const isDescending = sort.order === 'desc';
  const Icon = isDescending ? IconArrowDown : IconArrowUp;
  return (
    <Table.Th ta="right" aria-sort={isSorted ? (isDescending ? 'descending' : 'ascending') : 'none'}>
      <UnstyledButton
        className={classes['sortable']}
        onClick={() => onSort({ by: measure, order: isSorted && isDescending ? 'asc' : 'desc' })}
      >
        {label}
        {isSorted && <Icon size={14} aria-hidden />}
      </UnstyledButton>
    </Table.Th>
  );
}

function csvOf(app: string, base: Base, card: Card): string {
  const q: WebQuestion = { kind: 'web', ...base, cards: [{ ...card, limit: DOWNLOAD_MAX }] };
  return urlOf(`api/query/${encodeURIComponent(app)}`, { q: JSON.stringify(q), format: 'csv', csvSafe: true });
}
