/** The name that is proposed for a report: what it shows, in a few words. */
import type { Question, QuestionOf } from '../api/wire.ts';
import { fieldLabel } from './filters.ts';

const NAME_MAX = 100;

interface Selector {
  readonly event?: string;
  readonly id?: string;
  readonly name?: string;
}
const eventOf = ({ name, event, id }: Selector): string => name ?? event ?? id ?? 'all events';

export function reportName(question: Question): string {
  const name = nameOf(question);
  const letters = [...name];
  const fitting = letters.length > NAME_MAX ? `${letters.slice(0, NAME_MAX - 1).join('')}…` : name;
  return fitting.slice(0, 1).toUpperCase() + fitting.slice(1);
}

function nameOf(question: Question): string {
  switch (question.kind) {
    case 'trend':
      return trendName(question);
    case 'funnel':
      return question.steps.map(eventOf).join(' → ') + by(question.breakdown);
    case 'retention': {
      const back = question.return && eventOf(question.return);
      const start = eventOf(question.start);
      return `Retention: ${back === undefined || back === start ? start : `${start}, then ${back}`}${by(question.breakdown)}`;
    }
    case 'paths':
      if (question.start) return `Paths after ${eventOf(question.start)}`;
      return question.end ? `Paths to ${eventOf(question.end)}` : 'Paths from session start';
    case 'stickiness':
      return `Stickiness: ${eventOf(question)}`;
    case 'lifecycle':
      return `Lifecycle: ${eventOf(question)}`;
    case 'sessions':
      return 'Sessions';
    case 'performance':
      return `${eventOf(question)}: ${fieldLabel(question.property)}${by([question.by].flat())}`;
    case 'sql':
      return 'SQL query';
    case 'users':
      return 'Users';
    case 'timeline':
      return 'Timeline';
    case 'web':
      return 'Web';
  }
}

const WORDS: Readonly<Record<string, string>> = {
  users: 'users',
  sessions: 'sessions',
  visits: 'visits',
  viewsPerVisit: 'views per visit',
  bounceRate: 'bounce rate',
  sessionDuration: 'session duration',
  eventsPerSession: 'per session',
  entries: 'entries',
  exits: 'exits',
  perUser: 'per user',
  sum: 'sum of',
  avg: 'average',
  min: 'minimum',
  max: 'maximum',
  median: 'median',
  uniqueValues: 'unique',
};

function trendName({ series, breakdown, formula, compare }: QuestionOf<'trend'>): string {
  const names = series.map((one) => {
    const word = one.measure === undefined || one.measure === 'count' ? undefined : (WORDS[one.measure] ?? one.measure);
    if (word === undefined) return eventOf(one);
    return one.property === undefined
      ? `${eventOf(one)} (${word})`
      : `${eventOf(one)} (${word} ${fieldLabel(one.property)})`;
  });
  const shown = formula === undefined ? names.join(', ') : `${formula}: ${names.join(', ')}`;
  return `${shown}${by(breakdown)}${compare === undefined ? '' : ', compared'}`;
}

const by = (fields: string | readonly string[] | undefined): string => {
  const all = fields === undefined ? [] : [fields].flat();
  return all.length === 0 ? '' : ` by ${all.map(fieldLabel).join(' and ')}`;
};
