import { useQuery } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { propertiesQuery } from '../../api/hooks.ts';
import { lazily } from '../../components/lazily.tsx';
import { Failure } from '../../components/states.tsx';
import { dimmed } from '../../components/use-answer.ts';
import { useCard } from './ask-cards.ts';
import { CardFrame, type CardProps, CardRows, DetailsButton, ROWS, Tabs } from './card.tsx';
import { CARDS, LOCATIONS } from './cards.ts';
import { type CardName, hasFilter, rowFilter } from './question.ts';
import { RowsPending } from './rows.tsx';

const WorldMap = lazily(() => import('./map.tsx'), 'WorldMap');
/** More than there are. */
const COUNTRIES_MAX = 300;

/** As a map, and as lists; regions and cities when the server has a database of them. */
export function Locations(props: CardProps) {
  const [chosen, setChosen] = useState<CardName | 'map'>('map');
  const { data: properties = [] } = useQuery(propertiesQuery(props.app, 'page viewed'));
  const has = (name: string): boolean => properties.some((property) => property.name === name);
  const cards = LOCATIONS.cards.filter((card) => card === 'countries' || has(card === 'regions' ? '$region' : '$city'));
  const shown = chosen === 'map' || cards.includes(chosen) ? chosen : 'map';
  return (
    <CardFrame
      title={LOCATIONS.title}
      tabs={
        <Tabs<CardName | 'map'>
          of={LOCATIONS.title}
          tabs={[{ value: 'map', label: 'Map' }, ...cards.map((value) => ({ value, label: CARDS[value].label }))]}
          shown={shown}
          onShow={setChosen}
        />
      }
      foot={<DetailsButton card={shown === 'map' ? 'countries' : shown} onOpen={props.onOpen} />}
    >
      {(seen) =>
        shown === 'map' ? (
          <Countries seen={seen} {...props} />
        ) : (
          <CardRows key={shown} card={shown} seen={seen} {...props} />
        )
      }
    </CardFrame>
  );
}

function Countries({ app, base, search, onFilter, seen }: CardProps & { readonly seen: boolean }) {
  const hasGoal = base.goal !== undefined;
  const { data, error, refetch, isPlaceholderData } = useCard(
    app,
    base,
    { card: 'countries', limit: COUNTRIES_MAX, ...(hasGoal && { sort: 'convertedVisitors' }) },
    seen,
  );
  if (!data) return error ? <Failure error={error} onRetry={() => void refetch()} /> : <RowsPending rows={ROWS} />;
  const { rows, field = '' } = data.card;
  const countries = rows.flatMap(({ value, visitors, convertedVisitors = 0 }) =>
    value === null
      ? []
      : [
          {
            code: value,
            size: hasGoal ? convertedVisitors : visitors,
            isChosen: hasFilter(search.filters, rowFilter(field, value)),
          },
        ],
  );
  return (
    <div style={dimmed(isPlaceholderData)} aria-busy={isPlaceholderData}>
      <Suspense fallback={<RowsPending rows={ROWS} />}>
        <WorldMap
          countries={countries.filter(({ size }) => size > 0)}
          of={hasGoal ? 'converted visitors' : 'visitors'}
          total={hasGoal ? (data.totals.convertedVisitors ?? 0) : data.totals.visitors}
          onChoose={(code) => onFilter(field, code)}
        />
      </Suspense>
    </div>
  );
}
