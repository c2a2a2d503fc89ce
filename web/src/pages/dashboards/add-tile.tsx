import { Modal, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Chart, Question, SavedReport } from '../../api/wire.ts';
import { EventSelect } from '../../components/event-select.tsx';
import { FormButtons } from '../../components/form-buttons.tsx';
import { AnchorLink } from '../../components/links.tsx';
import { PRESETS } from '../../components/range.ts';
import { SearchSelect } from '../../components/search-select.tsx';
import type { Tile } from './queries.ts';

export interface AddTileProps {
  readonly app: string;
  readonly reports: readonly SavedReport[];
  onAdd(tile: Omit<Tile, 'x' | 'y' | 'w' | 'h'>): void;
  onClose(): void;
}

const CHARTS = [
  { value: 'line', label: 'Line by day' },
  { value: 'bar', label: 'Bars by day' },
  { value: 'area', label: 'Area by day' },
  { value: 'number', label: 'Number' },
] as const satisfies readonly { value: Chart; label: string }[];
const MEASURES = [
  { value: 'count', label: 'Number of events' },
  { value: 'users', label: 'Number of users' },
  { value: 'sessions', label: 'Number of sessions' },
] as const;

/** A saved report, or a simple question made here; Explore makes the others. */
export function AddTile({ app, reports, onAdd, onClose }: AddTileProps) {
  const [from, setFrom] = useState(reports.length > 0 ? 'report' : 'question');
  const [report, setReport] = useState<string | null>(reports[0]?.id ?? null);
  const [event, setEvent] = useState<string>();
  const [measure, setMeasure] = useState<string>('count');
  const [chart, setChart] = useState<string>('line');
  const [range, setRange] = useState('Last 30 days');
  const [name, setName] = useState('');
  const own = (): Omit<Tile, 'x' | 'y' | 'w' | 'h'> => {
    const kind = MEASURES.find(({ value }) => value === measure)!.value;
    const drawn = CHARTS.find(({ value }) => value === chart)!.value;
    const { from: first, to, last } = PRESETS.find(({ label }) => label === range)!.range;
    const question: Question = {
      kind: 'trend',
      ...(last !== undefined && { last }),
      ...(first !== undefined && { from: first }),
      ...(to !== undefined && { to }),
      series: [{ ...(event !== undefined && { event }), measure: kind }],
      ...(drawn === 'number' ? { compare: 'previousPeriod' as const } : { interval: 'day' as const }),
    };
    const said = `${event ?? 'Every event'}${kind === 'count' ? '' : `, ${kind}`}`;
    return { name: name.trim() || said, chart: drawn, question };
  };
  return (
    <Modal opened onClose={onClose} title="Add tile" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault();
          if (from === 'question') onAdd(own());
          else if (report !== null) onAdd({ report, ...(name.trim() !== '' && { name: name.trim() }) });
        }}
      >
        <Stack>
          <SegmentedControl
            aria-label="Tile content"
            fullWidth
            value={from}
            onChange={setFrom}
            data={[
              { value: 'report', label: 'Saved report' },
              { value: 'question', label: 'New query' },
            ]}
          />
          {from === 'report' ? (
            reports.length === 0 ? (
              <Text size="sm" c="dimmed">
                No report is saved yet.{' '}
                <AnchorLink to="/apps/$app/explore" params={{ app }}>
                  Create one in Explore
                </AnchorLink>
                , or choose a new question.
              </Text>
            ) : (
              <SearchSelect
                label="Report"
                data={reports.map(({ id, name: called }) => ({ value: id, label: called }))}
                value={report}
                onChange={setReport}
                nothingFoundMessage="No matching reports"
              />
            )
          ) : (
            <>
              <EventSelect label="Event" app={app} value={event} onChange={setEvent} />
              <Select
                label="Count"
                data={[...MEASURES]}
                value={measure}
                allowDeselect={false}
                onChange={(value) => setMeasure(value ?? 'count')}
              />
              <Select
                label="Show as"
                data={[...CHARTS]}
                value={chart}
                allowDeselect={false}
                onChange={(value) => setChart(value ?? 'line')}
              />
              <Select
                label="Date range"
                data={PRESETS.map(({ label }) => label)}
                value={range}
                allowDeselect={false}
                onChange={(value) => setRange(value ?? 'Last 30 days')}
              />
            </>
          )}
          <TextInput
            label="Name"
            description="Leave empty to use the report’s name."
            maxLength={200}
            value={name}
            onChange={(typed) => setName(typed.currentTarget.value)}
          />
          <FormButtons action="Add" isOff={from === 'report' && report === null} onCancel={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
