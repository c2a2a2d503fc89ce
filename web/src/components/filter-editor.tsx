import { Button, CloseButton, Group, Paper, Popover, Skeleton, Text } from '@mantine/core';
import { IconFilter, IconPlus } from '@tabler/icons-react';
import { type ReactElement, type ReactNode, type Ref, Suspense, useState } from 'react';
import type { Filter } from '../api/wire.ts';
import { type Condition, inWords, isCondition, isOr } from './filters.ts';
import { lazily } from './lazily.tsx';

/** It has many fields and is loaded with the first condition that is added or changed. */
const ConditionForm = lazily(() => import('./condition-form.tsx'), 'ConditionForm');
const FORM_PX = { w: 280, h: 120 };

export interface FilterEditorProps {
  readonly app: string;
  readonly value: readonly Filter[];
  /** The properties and values suggested are those of this event. */
  readonly event?: string | undefined;
  /** What the conditions apply to, for screen readers. */
  readonly of?: string;
  onChange(value: readonly Filter[]): void;
}

/** Conditions that must all hold, and groups of which one must, with suggestions from real data. */
export function FilterEditor({ app, value, event, of = 'all events', onChange }: FilterEditorProps) {
  const replace = (i: number, filter: Filter): void => onChange(value.map((one, j) => (j === i ? filter : one)));
  const remove = (i: number): void => onChange(value.filter((_, j) => j !== i));
  return (
    <Group gap={6} wrap="wrap">
      {value.map((filter, i) => (
        <One
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name of their own, and two may be equal
          key={i}
          app={app}
          event={event}
          filter={filter}
          onChange={(changed) => replace(i, changed)}
          onRemove={() => remove(i)}
        />
      ))}
      <Editing app={app} event={event} value={undefined} onDone={(condition) => onChange([...value, condition])}>
        {(open) => (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconFilter size={13} aria-hidden />}
            onClick={open}
            aria-label={`Add filter: ${of}`}
          >
            Filter
          </Button>
        )}
      </Editing>
    </Group>
  );
}

interface OneProps {
  readonly app: string;
  readonly event: string | undefined;
  readonly filter: Filter;
  onChange(filter: Filter): void;
  onRemove(): void;
}

function One({ app, event, filter, onChange, onRemove }: OneProps) {
  if (isCondition(filter))
    return (
      <Chip filter={filter} onRemove={onRemove}>
        <Editing app={app} event={event} value={filter} onDone={onChange}>
          {(open) => <ChipButton label={inWords(filter)} onClick={open} />}
        </Editing>
        <Editing app={app} event={event} value={undefined} onDone={(other) => onChange({ or: [filter, other] })}>
          {(open) => (
            <Button size="compact-xs" variant="transparent" onClick={open} aria-label={`${inWords(filter)}, or…`}>
              or
            </Button>
          )}
        </Editing>
      </Chip>
    );
  if (!isOr(filter))
    return (
      <Chip filter={filter} onRemove={onRemove}>
        <Text size="xs" px={6}>
          {inWords(filter)}
        </Text>
      </Chip>
    );
  /** One alternative needs no `or`. */
  const change = (or: readonly Filter[]): void => (or.length === 1 ? onChange(or[0]!) : onChange({ or }));
  return (
    <Chip filter={filter} onRemove={onRemove}>
      {filter.or.map((alternative, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        <Group key={i} gap={2}>
          {i > 0 && (
            <Text size="xs" c="dimmed" span>
              or
            </Text>
          )}
          {isCondition(alternative) ? (
            <Editing
              app={app}
              event={event}
              value={alternative}
              onDone={(changed) => change(filter.or.map((one, j) => (j === i ? changed : one)))}
            >
              {(open) => <ChipButton label={inWords(alternative)} onClick={open} />}
            </Editing>
          ) : (
            <Text size="xs">({inWords(alternative)})</Text>
          )}
          <CloseButton
            size={18}
            aria-label={`Remove ${inWords(alternative)}`}
            onClick={() => change(filter.or.filter((_, j) => j !== i))}
          />
        </Group>
      ))}
      <Editing app={app} event={event} value={undefined} onDone={(other) => change([...filter.or, other])}>
        {(open) => (
          <Button
            size="compact-xs"
            variant="transparent"
            onClick={open}
            leftSection={<IconPlus size={12} aria-hidden />}
          >
            or
          </Button>
        )}
      </Editing>
    </Chip>
  );
}

/** The remaining props are the attributes and the ref by which the form knows the button that opened it. */
const ChipButton = ({ label, ...rest }: { label: string; onClick(): void; ref?: Ref<HTMLButtonElement> }) => (
  <Button
    size="compact-xs"
    variant="transparent"
    c="var(--mantine-color-text)"
    {...rest}
    styles={{
      root: { height: 'auto', maxWidth: '100%' },
      label: { whiteSpace: 'normal', textAlign: 'left', overflowWrap: 'anywhere' },
    }}
  >
    {label}
  </Button>
);

const Chip = ({ filter, onRemove, children }: { filter: Filter; onRemove(): void; children: ReactNode }) => (
  <Paper withBorder radius="md" px={2} maw="100%">
    <Group gap={0} wrap="wrap" mih={26}>
      {children}
      {!isOr(filter) && <CloseButton size={20} aria-label={`Remove ${inWords(filter)}`} onClick={onRemove} />}
    </Group>
  </Paper>
);

interface EditingProps {
  readonly app: string;
  readonly event: string | undefined;
  readonly value: Condition | undefined;
  onDone(condition: Condition): void;
  /** The button that opens it. */
  children(open: () => void): ReactElement;
}

/** What opens the form of one condition. */
function Editing({ app, event, value, onDone, children }: EditingProps) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      trapFocus
      returnFocus
      position="bottom-start"
      shadow="md"
      withinPortal
    >
      <Popover.Target>{children(() => setOpened(true))}</Popover.Target>
      <Popover.Dropdown aria-label="Filter">
        {opened && (
          <Suspense fallback={<Skeleton {...FORM_PX} />}>
            <ConditionForm
              app={app}
              event={event}
              value={value}
              onDone={(condition) => {
                setOpened(false);
                onDone(condition);
              }}
            />
          </Suspense>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
