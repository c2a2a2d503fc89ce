import type { PathLink, PathsQuery, TypedValue } from '../model/analysis-query.ts';
import { jsonOf } from '../model/property-value.ts';
import type { JsonValue, QueryControl } from '../model/query.ts';
import { SESSION_GAP_MS } from '../model/session.ts';
import { wrong } from '../questions/check.ts';
import { fieldOf } from '../questions/filters.ts';
import type { QuestionOf } from '../questions/kinds.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';
import { column, type KindResult } from './answer.ts';
import { durationMs } from './range.ts';
import { eventSelector, type Resolved } from './scope.ts';

const STEPS = 4;
const NODES_A_STEP = 10;

export interface PathsAnswer {
  /** Sessions that contain such a path. */
  readonly paths: number;
  readonly nodes: readonly ({
    readonly id: number;
    /** From the start, 0 to 5; towards an end 0, -1… */
    readonly step: number;
    /** Paths through the node. */
    readonly total: number;
    /** Paths that end here, where there is a further step. */
    readonly ended: number;
  } & ({ readonly value: JsonValue } | { readonly other: true }))[];
  /** In order of time, by the ids of nodes. */
  readonly links: readonly { readonly from: number; readonly to: number; readonly total: number }[];
}

/** @throws QUESTION_INVALID */
export async function paths(
  store: AnalysisStore,
  question: QuestionOf<'paths'>,
  { scope }: Resolved,
  control: QueryControl,
): Promise<KindResult<PathsAnswer>> {
  const { start, end, steps = STEPS, limit = NODES_A_STEP } = question;
  if (start && end)
    throw wrong(
      'end',
      "`start` and `end` can't be combined. Send `start` for what follows an event, or `end` for what leads to it.",
    );
  const anchor = start ? eventSelector(start, 'start') : end && eventSelector(end, 'end');
  const query: PathsQuery = {
    ...scope,
    anchor: anchor && { filters: anchor, isEnd: end !== undefined },
    node: fieldOf(question.node ?? 'event', 'node'),
    steps,
    gapMs: question.sessionGap === undefined ? SESSION_GAP_MS : durationMs(question.sessionGap),
    isCollapsed: question.collapse ?? true,
  };
  const { links, exact } = await store.paths(query, control);
  const result = sankey(links, { steps, limit, isEnd: end !== undefined });
  const nameOf = (id: number) => {
    const node = result.nodes[id]!;
    return 'value' in node ? node.value : undefined;
  };
  return {
    exact,
    skipped: 0,
    result,
    columns: [
      column('step', 'number'),
      column('from', 'json'),
      column('fromOther', 'boolean'),
      column('to', 'json'),
      column('toOther', 'boolean'),
      column('total', 'number'),
    ],
    rows: () =>
      result.links.map(({ from, to, total }) => [
        result.nodes[from]!.step,
        nameOf(from),
        'other' in result.nodes[from]!,
        nameOf(to),
        'other' in result.nodes[to]!,
        total,
      ]),
  };
}

type Node = TypedValue | 'other';

/** The largest nodes of each step individually, the others of the step as one. */
function sankey(
  links: readonly PathLink[],
  { steps, limit, isEnd }: { steps: number; limit: number; isEnd: boolean },
): PathsAnswer {
  const totals = Array.from({ length: steps }, () => new Map<Node, number>());
  for (const { step, node, paths: count } of links) totals[step]!.set(node, (totals[step]!.get(node) ?? 0) + count);
  const shown = totals.map(
    (nodes) =>
      new Set(
        [...nodes]
          .filter(([node]) => node !== 'other')
          .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
          .slice(0, limit)
          .map(([node]) => node),
      ),
  );
  const as = (step: number, node: Node): Node => (shown[step]!.has(node) ? node : 'other');
  const ids = new Map<string, number>();
  const nodes: { id: number; step: number; total: number; ended: number; node: Node }[] = [];
  shown.forEach((named, step) => {
    for (const node of [...named, 'other']) {
      const total = [...totals[step]!].reduce((sum, [each, count]) => (as(step, each) === node ? sum + count : sum), 0);
      if (total === 0) continue;
      ids.set(`${step} ${node}`, nodes.length);
      nodes.push({ id: nodes.length, step: step === 0 ? 0 : isEnd ? -step : step, total, ended: 0, node });
    }
  });
  const joined = new Map<string, { from: number; to: number; total: number }>();
  for (const { step, node, next, paths: count } of links) {
    const id = ids.get(`${step} ${as(step, node)}`)!;
    if (step === steps - 1) continue;
    if (next === undefined) {
      nodes[id]!.ended += count;
      continue;
    }
    const other = ids.get(`${step + 1} ${as(step + 1, next)}`)!;
    const [from, to] = isEnd ? [other, id] : [id, other];
    const link = joined.get(`${from} ${to}`);
    if (link) link.total += count;
    else joined.set(`${from} ${to}`, { from, to, total: count });
  }
  return {
    paths: [...totals[0]!.values()].reduce((sum, count) => sum + count, 0),
    nodes: nodes.map(({ node, ...rest }) =>
      node === 'other' ? { ...rest, other: true } : { ...rest, value: jsonOf(node)! },
    ),
    links: [...joined.values()].sort((a, b) => a.from - b.from || b.total - a.total),
  };
}
