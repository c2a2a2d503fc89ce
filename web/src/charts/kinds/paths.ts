/** Which event follows which, from left to right in the order of time. */
import type { AnswerOf } from '../../api/wire.ts';
import { count, percent } from '../../components/formats.ts';
import { NARROW_PX } from '../draw/axes.ts';
import type { ChartInput, ChartSpec } from '../draw/chart-spec.ts';
import { colourOf, mixed } from '../draw/colours.ts';
import { type DataTable, numberCell, numberColumn, type Row, textCell } from '../draw/data-table.ts';
import { valueName } from '../draw/names.ts';
import { isWhole } from '../draw/question-parts.ts';
import type { Picked } from '../types.ts';

type Input = Pick<ChartInput<'paths'>, 'question' | 'answer'>;
type Node = AnswerOf<'paths'>['result']['nodes'][number];

export interface Stop {
  /** The name ECharts uses: never one from outside. */
  readonly id: string;
  readonly label: string;
  /** From the left, 0 first. */
  readonly depth: number;
  readonly total: number;
  readonly kind: 'value' | 'other' | 'ended';
  readonly value?: unknown;
}
export interface Flow {
  readonly from: Stop;
  readonly to: Stop;
  readonly total: number;
}

/** With a node of their own for paths that go no further; in paths to an end event, those begin there. */
export function flowsOf({ answer }: Input): { readonly stops: readonly Stop[]; readonly flows: readonly Flow[] } {
  const { nodes, links } = answer.result;
  const first = Math.min(0, ...nodes.map(({ step }) => step));
  const isToEnd = first < 0;
  const stops = new Map(nodes.map((node) => [node.id, stopOf(node, first)]));
  const flows = links.flatMap(({ from, to, total }): Flow[] => {
    const [one, other] = [stops.get(from), stops.get(to)];
    return one && other ? [{ from: one, to: other, total }] : [];
  });
  const ends = new Map<number, Stop>();
  for (const node of nodes) {
    if (node.ended === 0) continue;
    const stop = stops.get(node.id)!;
    const depth = isToEnd ? stop.depth - 1 : stop.depth + 1;
    const known = ends.get(depth);
    const label = isToEnd ? 'Started here' : 'Ended';
    const end: Stop = { id: `ended-${depth}`, label, depth, total: (known?.total ?? 0) + node.ended, kind: 'ended' };
    ends.set(depth, end);
    flows.push(isToEnd ? { from: end, to: stop, total: node.ended } : { from: stop, to: end, total: node.ended });
  }
  const whole = (stop: Stop): Stop => (stop.kind === 'ended' ? ends.get(stop.depth)! : stop);
  return {
    stops: [...stops.values(), ...ends.values()],
    flows: flows.map(({ from, to, total }) => ({ from: whole(from), to: whole(to), total })),
  };
}

const stopOf = (node: Node, first: number): Stop => ({
  id: String(node.id),
  label: 'other' in node ? 'Other' : valueName(node.value),
  depth: node.step - first,
  total: node.total,
  kind: 'other' in node ? 'other' : 'value',
  ...(!('other' in node) && { value: node.value }),
});

export function pathsSpec(drawing: ChartInput<'paths'>): ChartSpec {
  const { answer, colours, width, height } = drawing;
  const { stops, flows } = flowsOf(drawing);
  const { paths } = answer.result;
  const depths = Math.max(1, ...stops.map(({ depth }) => depth)) + 1;
  // The same value has the same colour in every column.
  const values = [...new Set(stops.filter(({ kind }) => kind === 'value').map(({ label }) => label))];
  const colour = ({ kind, label }: Stop) =>
    kind === 'value'
      ? colourOf(colours, values.indexOf(label))
      : kind === 'other'
        ? colours.rest
        : mixed(colours.rest, colours.body, 0.4);
  const most = Math.max(1, ...stops.map(({ depth }) => stops.filter((other) => other.depth === depth).length));
  // Leaves room for a line of text between the smallest nodes, as long as half of the height remains for the flows.
  const gap = Math.max(2, Math.min(15, (height * 0.5) / most));
  const byId = new Map(stops.map((stop) => [stop.id, stop]));
  const lastRoom = width < NARROW_PX ? 70 : 130;
  const room = Math.max(40, (width - lastRoom) / depths - 22);
  const share = (total: number) => percent(paths === 0 ? 0 : total / paths);
  return {
    label: `Paths: ${count(paths)}. ${flows
      .slice(0, 12)
      .map(({ from, to, total }) => `${from.label} to ${to.label}: ${count(total)}`)
      .join('; ')}`,
    legend: [],
    option: {
      tooltip: { trigger: 'item' },
      series: [
        {
          type: 'sankey',
          id: 'paths',
          name: 'paths',
          left: 4,
          right: lastRoom,
          top: 8,
          bottom: 8,
          nodeWidth: 10,
          nodeGap: gap,
          draggable: false,
          nodeAlign: 'left',
          // In the order of the answer: the largest first, the others and those that ended last.
          layoutIterations: 0,
          emphasis: { focus: 'adjacency' },
          data: stops.map((stop) => ({
            name: stop.id,
            depth: stop.depth,
            value: stop.total,
            itemStyle: { color: colour(stop), borderWidth: 0 },
          })),
          links: flows.map(({ from, to, total }) => ({ source: from.id, target: to.id, value: total })),
          lineStyle: { color: 'source', opacity: colours.isDark ? 0.3 : 0.22, curveness: 0.5 },
          label: {
            color: colours.text,
            fontSize: 12,
            overflow: 'truncate',
            width: room,
            formatter: ({ name }) => {
              const stop = byId.get(String(name));
              return stop ? `${stop.label} ${count(stop.total)}` : '';
            },
          },
        },
      ],
    },
    tooltip: ({ index, part }) => {
      if (part === 'edge') {
        const flow = flows[index];
        if (!flow) return undefined;
        const rows = [
          { label: 'Paths', value: count(flow.total) },
          { label: `Of ${flow.from.label}`, value: percent(flow.from.total === 0 ? 0 : flow.total / flow.from.total) },
        ];
        return { title: `${flow.from.label} → ${flow.to.label}`, rows };
      }
      const stop = stops[index];
      if (!stop) return undefined;
      const rows = [
        { label: 'Paths', value: count(stop.total), colour: colour(stop) },
        { label: 'Share', value: share(stop.total) },
      ];
      return { title: stop.label, rows };
    },
    pick: ({ index, part }) => (part === 'edge' ? undefined : pickOf(drawing, stops[index])),
  };
}

/** The events with this name in the range: which of them were at this step of a path cannot be queried. */
function pickOf({ question, answer }: Input, stop: Stop | undefined): Picked | undefined {
  if (stop?.kind !== 'value' || !isWhole(question, 'paths')) return undefined;
  const { value } = stop;
  const field = question.node ?? 'event';
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const isEvent = field === 'event' && typeof value === 'string';
  return {
    label: stop.label,
    from: answer.from,
    to: answer.to,
    ...(isEvent && { event: value }),
    filters: [...(question.filters ?? []), ...(isEvent ? [] : [{ field, value }])],
    ...(question.segment && { segment: question.segment }),
  };
}

export function pathsTables(input: Input): readonly DataTable[] {
  const { flows } = flowsOf(input);
  const largest = Math.max(1, ...flows.map(({ total }) => total));
  const rows = flows.map(
    ({ from, to, total }): Row => [
      { text: String(from.depth + 1), value: from.depth },
      textCell(from.label, { pick: pickOf(input, from) }),
      textCell(to.label, { pick: pickOf(input, to) }),
      numberCell(total, count, { share: total / largest }),
      numberCell(from.total === 0 ? null : total / from.total, percent),
    ],
  );
  const columns = [
    numberColumn('Step'),
    { label: 'From' },
    { label: 'To' },
    numberColumn('Paths'),
    numberColumn('From previous'),
  ];
  return [{ title: 'Paths', columns, rows }];
}
