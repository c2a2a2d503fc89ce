import { Button, Stack, Text } from '@mantine/core';
import { IconPencil, IconPlus } from '@tabler/icons-react';
import { Suspense, useState } from 'react';
import { useIsAdmin } from '../../api/hooks.ts';
import { lazily } from '../../components/lazily.tsx';
import { Failure } from '../../components/states.tsx';
import { dimmed, useAnswer } from '../../components/use-answer.ts';
import { CardFrame, ROWS } from './card.tsx';
import { baseOf, type Goal, goalName } from './question.ts';
import { countCell, Rows, RowsPending, shareCell } from './rows.tsx';
import type { WebSearch } from './search.ts';

const GoalsForm = lazily(() => import('./goals-form.tsx'), 'GoalsForm');

interface GoalsProps {
  readonly app: string;
  readonly goals: readonly Goal[] | undefined;
  readonly search: WebSearch;
  /** undefined: no goal. */
  onGoal(name: string | undefined): void;
}

/** What visitors are wanted to do, and how many of them do. */
export function Goals({ app, goals, search, onGoal }: GoalsProps) {
  const [isEditing, setEditing] = useState(false);
  const isAdmin = useIsAdmin();
  const hasGoals = goals !== undefined && goals.length > 0;
  return (
    <CardFrame
      title="Goals"
      foot={
        isAdmin &&
        hasGoals && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconPencil size={13} aria-hidden />}
            onClick={() => setEditing(true)}
          >
            Edit goals
          </Button>
        )
      }
    >
      {(seen) => (
        <>
          {goals === undefined && <RowsPending rows={ROWS} />}
          {goals?.length === 0 && (
            <Stack align="flex-start" gap="sm" py="sm">
              <Text size="sm" c="dimmed">
                A goal is something visitors should do: sign up, buy, or reach a page. Once you choose one, every card
                shows its conversion rate.
              </Text>
              {isAdmin ? (
                <Button
                  variant="default"
                  leftSection={<IconPlus size={16} aria-hidden />}
                  onClick={() => setEditing(true)}
                >
                  Add goal
                </Button>
              ) : (
                <Text size="sm">Ask an admin to add goals.</Text>
              )}
            </Stack>
          )}
          {hasGoals && <GoalRows app={app} goals={goals} search={search} onGoal={onGoal} seen={seen} />}
          {isEditing && (
            <Suspense>
              <GoalsForm app={app} goals={goals ?? []} onClose={() => setEditing(false)} />
            </Suspense>
          )}
        </>
      )}
    </CardFrame>
  );
}

interface GoalRowsProps extends GoalsProps {
  readonly goals: readonly Goal[];
  readonly seen: boolean;
}

function GoalRows({ app, goals, search, onGoal, seen }: GoalRowsProps) {
  const question = { kind: 'web', ...baseOf(search, undefined), goals } as const;
  const { data, error, retry, isStale } = useAnswer(app, question, JSON.stringify(question), seen);
  if (!data) return error ? <Failure error={error} onRetry={retry} /> : <RowsPending rows={ROWS} />;
  const answers = data.result.goals ?? [];
  return (
    <div style={dimmed(isStale)} aria-busy={isStale}>
      <Rows
        one="Goal"
        label="Goals"
        columns={[
          { label: 'Visitors', width: 9 },
          { label: 'Conversions', width: 12, isWide: true },
          { label: 'Rate', width: 7 },
        ]}
        rows={answers.map(({ visitors, conversions, conversionRate, estimated }, i) => {
          const name = goalName(goals[i]!);
          const isChosen = name === search.goal;
          return {
            key: name,
            name,
            size: visitors,
            isChosen,
            onChoose: () => onGoal(isChosen ? undefined : name),
            cells: [
              countCell(visitors, 'visitors converted', estimated),
              countCell(conversions, 'conversions'),
              shareCell(conversionRate, 'of all visitors'),
            ],
          };
        })}
      />
    </div>
  );
}
