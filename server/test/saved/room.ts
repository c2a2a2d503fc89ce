/** The room of saved things over a registry in a directory of its own, and an analysis over a store that has no events. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TSchema } from '@sinclair/typebox';
import { createAnalysis } from '../../src/analysis/create-analysis.ts';
import { parse } from '../../src/model/schema-check.ts';
import { openRegistry } from '../../src/registry/lmdb-registry.ts';
import { AnnotationBody, DashboardBody, ReportBody, SegmentBody } from '../../src/saved/bodies.ts';
import { createSaved } from '../../src/saved/create-saved.ts';
import type { Items } from '../../src/saved/saved.ts';
import type { AnalysisStore } from '../../src/store/analysis-store.ts';

/** 2026-03-20, noon. */
export const NOW = Date.UTC(2026, 2, 20, 12);
export const TREND = { kind: 'trend', last: '7d', series: [{ event: 'paid' }] };

/** What is asked of it, and nothing found. */
export function anEmptyStore(asked: object[]): AnalysisStore {
  const answer =
    <T>(value: T) =>
    async (query: object): Promise<T> => {
      asked.push(query);
      return value;
    };
  const numbers = { count: 0, matched: 0, skipped: 0, p50: null, p95: null, p99: null, max: null };
  const webNumbers = {
    ...{ visitors: 0, visits: 0, pageViews: 0, viewsOfVisits: 0, bounces: 0, durationMs: 0 },
    ...{ conversions: 0, convertedVisitors: 0, events: 0, isEstimated: false },
  };
  const sessions = { sessions: 0, users: 0, events: 0, single: 0, averageMs: null, medianMs: null, p90Ms: null };
  return {
    trend: answer({ cells: [], groups: [] }),
    funnel: answer({ whole: { reached: [0, 0], medianMs: [null, null], p90Ms: [null, null] }, groups: [], users: [] }),
    retention: answer([]),
    paths: answer({ links: [], exact: true }),
    sessions: answer({ whole: sessions, buckets: [], groups: [], entry: [], exit: [], list: [], exact: true }),
    users: answer({ total: 0, users: [] }),
    timeline: answer([]),
    performance: answer({ whole: numbers, groups: [], points: [], exact: true }),
    sql: answer({ columns: [], rows: [] }),
    stickiness: answer([]),
    lifecycle: answer([]),
    web: answer({ totals: webNumbers, buckets: [], goals: [], cards: [] }),
    formatSql: answer([]),
  };
}

export function aRoom(options: { readonly timeZone?: string } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'seismo-saved-'));
  const asked: object[] = [];
  const clock = { now: NOW };
  const calendarOf = () => ({ timeZone: options.timeZone ?? 'UTC', weekStart: 'monday' as const });
  const now = () => clock.now;
  function open() {
    const registry = openRegistry(join(folder, 'registry'));
    const analysis: ReturnType<typeof createAnalysis> = createAnalysis(anEmptyStore(asked), {
      now,
      calendarOf,
      catchUp: async () => {},
      asOf: () => clock.now,
      isNotIndexed: () => false,
      segmentOf: (app, id) => saved.segmentOf(app, id),
    });
    const saved: ReturnType<typeof createSaved> = createSaved({ registry, analysis, calendarOf, now });
    return { registry, analysis, saved };
  }
  let rooms = open();
  return {
    clock,
    /** The store's queries. */
    asked,
    /** New items are what comes from outside, checked as the routes check them. */
    get saved() {
      const { saved } = rooms;
      return {
        ...saved,
        reports: checked(saved.reports, ReportBody),
        dashboards: checked(saved.dashboards, DashboardBody),
        segments: checked(saved.segments, SegmentBody),
        annotations: { ...saved.annotations, ...checked(saved.annotations, AnnotationBody) },
      };
    },
    get analysis() {
      return rooms.analysis;
    },
    get registry() {
      return rooms.registry;
    },
    async reopen(): Promise<void> {
      await rooms.registry.close();
      rooms = open();
    },
    async close(): Promise<void> {
      await rooms.registry.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function checked<Body extends object>(items: Items<Body>, schema: TSchema) {
  return {
    ...items,
    create: async (app: string, body: unknown, by: string) => await items.create(app, parse(schema, body) as Body, by),
  };
}

/** The refusal of what should be refused. */
export async function refusalOf(work: () => unknown): Promise<{ code: string; field?: string; detail: string }> {
  try {
    await work();
  } catch (error) {
    return error as { code: string; field?: string; detail: string };
  }
  throw new Error('was not refused');
}
