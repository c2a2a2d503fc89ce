import {
  ActionIcon,
  Badge,
  Box,
  Button,
  Group,
  Menu,
  SegmentedControl,
  Stack,
  Text,
  Tooltip,
  VisuallyHidden,
} from '@mantine/core';
import {
  IconChartArea,
  IconChartBar,
  IconChartLine,
  IconChartPie,
  IconChartSankey,
  IconCode,
  IconDownload,
  IconFilter,
  IconGridDots,
  IconNote,
  IconNumber123,
  IconTable,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Suspense, useRef, useState } from 'react';
import { annotationsQuery, useIsAdmin } from '../../api/hooks.ts';
import { urlOf } from '../../api/http.ts';
import type { Answer, Chart } from '../../api/wire.ts';
import { AnswerChart } from '../../charts/answer-chart.tsx';
import { CHARTS_OF, type ChartHandle, type Picked } from '../../charts/types.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { count, timeRange } from '../../components/formats.ts';
import { lazily } from '../../components/lazily.tsx';
import { useLater } from '../../components/use-later.ts';
import type { BuiltQuestion } from './question.ts';
import { HEIGHT_PX, ResultFrame } from './result-frame.tsx';

/** What opens only on request is loaded then. */
const AnnotationForm = lazily(() => import('../../components/annotation-form.tsx'), 'AnnotationForm');
const PickedDrawer = lazily(() => import('./picked-drawer.tsx'), 'PickedDrawer');
const SqlDrawer = lazily(() => import('./sql-drawer.tsx'), 'SqlDrawer');

const ICONS = {
  line: IconChartLine,
  bar: IconChartBar,
  area: IconChartArea,
  pie: IconChartPie,
  number: IconNumber123,
  table: IconTable,
  funnel: IconFilter,
  heatmap: IconGridDots,
  sankey: IconChartSankey,
} as const satisfies Record<Chart, unknown>;
const LABELS: Readonly<Record<Chart, string>> = {
  line: 'Line',
  bar: 'Bar',
  area: 'Area',
  pie: 'Pie',
  number: 'Number',
  table: 'Table',
  funnel: 'Funnel',
  heatmap: 'Heatmap',
  sankey: 'Flow',
};

export interface ResultProps {
  readonly app: string;
  readonly question: BuiltQuestion;
  readonly answer: Answer;
  readonly chart: Chart;
  /** The answer shown is the one to the previous question. */
  readonly isStale: boolean;
  onDraw(chart: Chart): void;
}

/** The answer, how it is drawn, and what can be done with it. */
export function Result({ app, question, answer, chart, isStale, onDraw }: ResultProps) {
  const isAdmin = useIsAdmin();
  const handle = useRef<ChartHandle>(null);
  const [picked, setPicked] = useState<Picked>();
  const [dialog, setDialog] = useState<'sql' | 'annotate'>();
  const { data: annotations = [] } = useQuery(annotationsQuery(app, { from: answer.from, to: answer.to }));
  const charts = CHARTS_OF[question.kind];
  const hasTime = ['trend', 'lifecycle', 'sessions', 'performance'].includes(question.kind);
  const close = (): void => setDialog(undefined);
  const isLater = useLater();
  return (
    <ResultFrame>
      <Group justify="space-between" mb="sm" gap="xs">
        {charts.length > 1 ? (
          <SegmentedControl
            size="xs"
            aria-label="Chart type"
            value={chart}
            onChange={(next) => onDraw(next as Chart)}
            data={charts.map((name) => {
              const Icon = ICONS[name];
              return {
                value: name,
                label: (
                  <Tooltip label={LABELS[name]} openDelay={300}>
                    <Box component="span" display="flex">
                      <Icon size={16} aria-hidden />
                      <VisuallyHidden>{LABELS[name]}</VisuallyHidden>
                    </Box>
                  </Tooltip>
                ),
              };
            })}
          />
        ) : (
          <span />
        )}
        <Group gap={6}>
          {isAdmin && hasTime && (
            <Tooltip label="Add annotation">
              <ActionIcon variant="default" aria-label="Add annotation" onClick={() => setDialog('annotate')}>
                <IconNote size={16} />
              </ActionIcon>
            </Tooltip>
          )}
          <CopyButton text={location.href} label="Copy link" short="Link" size="xs" />
          <Button
            size="xs"
            variant="default"
            leftSection={<IconCode size={14} aria-hidden />}
            onClick={() => setDialog('sql')}
          >
            SQL
          </Button>
          <Downloads app={app} question={question} name={`${app}-${question.kind}`} png={() => handle.current?.png()} />
        </Group>
      </Group>
      <Box style={{ opacity: isStale ? 0.5 : 1, transition: 'opacity 120ms' }} aria-busy={isStale} mih={HEIGHT_PX}>
        <AnswerChart
          question={question}
          answer={answer}
          chart={chart}
          height={HEIGHT_PX}
          annotations={annotations}
          handle={handle}
          onPick={setPicked}
        />
      </Box>
      <Group justify="space-between" mt="xs" gap="xs">
        <Text size="xs" c="dimmed">
          {timeRange(answer.from, answer.to, answer.timeZone)}, {answer.timeZone}
        </Text>
        <Group gap="xs">
          {answer.skipped > 0 && (
            <Badge color="gray" variant="light" tt="none">
              {count(answer.skipped)} values are not numbers
            </Badge>
          )}
          {!answer.exact && (
            <Tooltip label="Unique users or percentiles are estimates. Turn on “Exact counts” for exact numbers.">
              <Badge color="gray" variant="light" tt="none">
                estimates
              </Badge>
            </Tooltip>
          )}
        </Group>
      </Group>
      {chart !== 'table' && charts.includes('table') && (
        <Stack mt="lg" gap="xs">
          <Text size="xs" fw={600} c="dimmed" tt="uppercase" component="h2">
            Data
          </Text>
          <Box mih={isLater ? 0 : 320}>
            {isLater && (
              <AnswerChart question={question} answer={answer} chart="table" height={320} onPick={setPicked} />
            )}
          </Box>
        </Stack>
      )}
      <Suspense>
        {picked && <PickedDrawer app={app} question={question} picked={picked} onClose={() => setPicked(undefined)} />}
        {dialog === 'sql' && <SqlDrawer app={app} question={question} onClose={close} />}
        {dialog === 'annotate' && <AnnotationForm app={app} title="Add annotation" action="Add" onClose={close} />}
      </Suspense>
    </ResultFrame>
  );
}

interface DownloadsProps {
  readonly app: string;
  readonly question: BuiltQuestion;
  readonly name: string;
  png(): string | undefined;
}

function Downloads({ app, question, name, png }: DownloadsProps) {
  const path = `api/query/${encodeURIComponent(app)}`;
  const q = JSON.stringify(question);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="xs" variant="default" leftSection={<IconDownload size={14} aria-hidden />}>
          Download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(['csv', 'ndjson', 'json'] as const).map((format) => (
          <Menu.Item
            key={format}
            component="a"
            href={urlOf(path, { q, format, ...(format === 'csv' && { csvSafe: true }) })}
            download={`${name}.${format}`}
          >
            {format.toUpperCase()}
          </Menu.Item>
        ))}
        <Menu.Item
          onClick={() => {
            const image = png();
            if (image === undefined) return;
            const link = document.createElement('a');
            link.href = image;
            link.download = `${name}.png`;
            link.click();
          }}
        >
          PNG image
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
