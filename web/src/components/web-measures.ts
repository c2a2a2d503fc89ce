/** The measures of visits, as the page Web names and draws them. */
import type { AnswerOf } from '../api/wire.ts';
import { approx, duration } from './formats.ts';
import { PLAIN, SHARE, type Unit } from './units.ts';

export type Figures = AnswerOf<'web'>['result']['totals'];
export type WebMeasure = Exclude<keyof Figures, 'estimated'>;

interface Measure {
  readonly label: string;
  readonly unit: Unit;
  /** More is worse. */
  readonly isBad?: boolean;
  /** Counts people, who may be estimated. */
  readonly ofPeople?: boolean;
}

/** Whole seconds: nobody stays for milliseconds. */
const seconds = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? duration(ms) : ms < 500 ? '0 s' : duration(Math.round(ms / 1_000) * 1_000);
const VISIT_TIME: Unit = { name: 'time', format: seconds, short: seconds };

export const WEB_MEASURES: Readonly<Record<WebMeasure, Measure>> = {
  visitors: { label: 'Visitors', unit: PLAIN, ofPeople: true },
  visits: { label: 'Visits', unit: PLAIN },
  pageViews: { label: 'Page views', unit: PLAIN },
  viewsPerVisit: { label: 'Views per visit', unit: PLAIN },
  bounceRate: { label: 'Bounce rate', unit: SHARE, isBad: true },
  durationMs: { label: 'Visit duration', unit: VISIT_TIME },
  convertedVisitors: { label: 'Converted visitors', unit: PLAIN, ofPeople: true },
  conversions: { label: 'Conversions', unit: PLAIN },
  conversionRate: { label: 'Conversion rate', unit: SHARE, ofPeople: true },
};
/** The headline numbers, in their order. */
export const HEADLINE = ['visitors', 'visits', 'pageViews', 'viewsPerVisit', 'bounceRate', 'durationMs'] as const;
/** With a goal. */
export const GOAL_HEADLINE = ['visitors', 'convertedVisitors', 'conversions', 'conversionRate'] as const;

type Some = Partial<Figures>;

export const isEstimate = (figures: Some, measure: WebMeasure): boolean =>
  figures.estimated === true && WEB_MEASURES[measure].ofPeople === true;

/** @param of how the unit writes it: in full, or short for tiles and axes */
export const figureText = (figures: Some, measure: WebMeasure, of: 'format' | 'short' = 'format'): string =>
  approx(isEstimate(figures, measure), WEB_MEASURES[measure].unit[of](figures[measure]));
