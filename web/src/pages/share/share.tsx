import {
  ActionIcon,
  Container,
  Group,
  Skeleton,
  Stack,
  Text,
  Title,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDocumentTitle, useFullscreenElement } from '@mantine/hooks';
import { IconMaximize, IconMinimize, IconMoon, IconSun } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { ProblemError } from '../../api/http.ts';
import { preloadCharts } from '../../charts/answer-chart.tsx';
import { Failure } from '../../components/states.tsx';
import { NarrowPicker } from './narrow-picker.tsx';
import classes from './share.module.css';
import { type SharedView, sharedQuery, spanOf } from './shared.ts';
import { SharedTile } from './shared-tile.tsx';

/** What a share link shows to anyone who has it: read-only, without access to anything else. */
export function Share() {
  const { token } = useParams({ from: '/share/$token' });
  const range = useSearch({ from: '/share/$token' });
  const navigate = useNavigate({ from: '/share/$token' });
  const { data, error, isPlaceholderData, refetch } = useQuery({
    ...sharedQuery(token, range),
    placeholderData: keepPreviousData,
  });
  const { ref, toggle, fullscreen } = useFullscreenElement<HTMLElement>();
  useDocumentTitle(data ? `${data.name} · Seismo` : 'Shared · Seismo');
  useEffect(preloadCharts, []);
  // The link's whole range, from the first answer without a narrower one: the selectable days lie within it.
  const whole = useRef<ReturnType<typeof spanOf>>(undefined);
  const { data: all } = useQuery({ ...sharedQuery(token, {}), enabled: whole.current === undefined });
  if (all) whole.current = spanOf(all);

  if (error && !data) return <Ended error={error} onRetry={() => void refetch()} />;
  return (
    <main ref={ref} className={classes['page']}>
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" wrap="wrap" gap="xs">
          {data ? (
            <div>
              <Title order={1} size="h3">
                {data.name}
              </Title>
              {data.description !== undefined && (
                <Text c="dimmed" size="sm">
                  {data.description}
                </Text>
              )}
            </div>
          ) : (
            <Skeleton h={30} w={220} />
          )}
          <Group gap="xs" wrap="nowrap">
            {whole.current && (
              <NarrowPicker
                whole={whole.current}
                value={range}
                onChange={(next) => void navigate({ search: next, replace: true })}
              />
            )}
            <ColoursToggle />
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={fullscreen ? 'Leave full screen' : 'Full screen'}
              onClick={() => void toggle()}
            >
              {fullscreen ? <IconMinimize size={18} /> : <IconMaximize size={18} />}
            </ActionIcon>
          </Group>
        </Group>
        {data ? <Parts view={data} isOld={isPlaceholderData} /> : <Skeleton h={420} />}
        {error && data && <Failure error={error} onRetry={() => void refetch()} />}
        <Text c="dimmed" size="xs">
          Shared from Seismo (read-only). Times in {whole.current?.timeZone ?? 'the zone of the app'}.
        </Text>
      </Stack>
    </main>
  );
}

const REPORT_PX = 440;

function Parts({ view, isOld }: { view: SharedView; isOld: boolean }) {
  const [first] = view.parts;
  const style = { opacity: isOld ? 0.5 : 1 };
  if (view.kind === 'report' && first)
    return (
      <div style={style}>
        <SharedTile part={first} height={REPORT_PX} />
      </div>
    );
  if (view.parts.length === 0) return <Text c="dimmed">This dashboard has no reports yet.</Text>;
  return (
    <div className={classes['grid']} style={style}>
      {view.parts.map((part) => (
        <SharedTile key={JSON.stringify(part.place)} part={part} />
      ))}
    </div>
  );
}

function ColoursToggle() {
  const scheme = useComputedColorScheme();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = scheme === 'dark';
  return (
    <ActionIcon
      variant="default"
      size="lg"
      aria-label={isDark ? 'Light theme' : 'Dark theme'}
      onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
    >
      {isDark ? <IconSun size={18} /> : <IconMoon size={18} />}
    </ActionIcon>
  );
}

/** Wrong, expired and revoked links get the same answer: nobody finds out whether there was one. */
function Ended({ error, onRetry }: { error: unknown; onRetry(): void }) {
  const isUnknown = error instanceof ProblemError && error.is('SHARE_UNKNOWN');
  return (
    <Container component="main" py="xl">
      <Title order={1} size="h3" ta="center" mt="xl">
        {isUnknown ? 'Link not found' : 'Shared'}
      </Title>
      {isUnknown ? (
        <Text c="dimmed" ta="center" mt="xs">
          It may be mistyped, expired or revoked. Ask the person who sent it for a new one.
        </Text>
      ) : (
        <Failure error={error} onRetry={onRetry} />
      )}
    </Container>
  );
}
