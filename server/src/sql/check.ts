/**
 * What a statement may make the engine do, beyond being understood: the engine looks at its clock and its memory between blocks of rows, so
 * that a function whose cost is a product of lengths, or a time zone that it keeps for good, must be bounded before.
 */
import { PATTERNS_MAX, patternFault, programSizeOf } from '../model/regexp.ts';
import type { Expression, Select, Traits } from '../model/select-tree.ts';
import { zoneNamed } from '../time/zone-spans.ts';
import { functionNamed } from './functions.ts';
import { refused } from './tokens.ts';

/** Of LIKE, as of a regular expression. */
export const LIKE_MAX_LENGTH = 200;
/** Values of the second list of hasAny and hasAll. */
const LITERALS_MAX = 100;
/** Numbers in the first brackets of an aggregate: `quantiles(0.5, 0.9)(…)`. */
const PARAMETERS_MAX = 50;
/** The engine keeps 4.5 MB of each for good. */
const ZONES_MAX = 10;
/** Functions that begin a match anew behind each one they found: as much as the square of the text's length. */
const REPEATED_MATCH_FACTOR = 40;

/** Where the pattern stands. */
const PATTERN_AT: ReadonlyMap<string, number> = new Map([
  ...'match extract extractAll replaceRegexpOne replaceRegexpAll'.split(' ').map((name): [string, number] => [name, 1]),
  ['splitByRegexp', 0],
]);
const LIKE = ['like', 'ilike', 'notLike', 'LIKE', 'ILIKE'];
const REPEATED = ['extractAll', 'replaceRegexpAll', 'splitByRegexp'];
const COSTLY = ['levenshteinDistance', 'hasAny', 'hasAll'];
const MULTIPLYING = 'groupArray groupUniqArray splitByChar splitByString splitByRegexp extractAll alphaTokens'.split(
  ' ',
);
/** What they answer for each row costs as much as all rows before it. */
const SORTING = /^(?:quantiles?(?:Exact(?:Inclusive)?)?|median|topK)(?:If)?$/;

/** Where a zone may stand; nothing stands behind it. */
const ZONE_AT: ReadonlyMap<string, number> = new Map(
  [
    'now',
    'toDate toDateTime parseDateTimeBestEffortOrNull toTimeZone toStartOfSecond toStartOfMinute toStartOfFiveMinutes toStartOfTenMinutes toStartOfFifteenMinutes toStartOfHour toStartOfDay toStartOfMonth toStartOfQuarter toStartOfYear toMonday toLastDayOfMonth fromUnixTimestamp64Milli toYear toQuarter toMonth toDayOfYear toDayOfMonth toHour toMinute toSecond toISOYear toISOWeek toYYYYMM toYYYYMMDD toUnixTimestamp toString',
    'toDateTime64 toStartOfWeek toStartOfInterval date_trunc formatDateTime fromUnixTimestamp dateName toDayOfWeek toWeek',
    'dateDiff',
  ].flatMap((names, at) => names.split(' ').map((name): [string, number] => [name, at])),
);
/** Their second argument is a number, which says how weeks are counted. */
const WITH_MODE = ['toStartOfWeek', 'toDayOfWeek', 'toWeek'];
/** They take a date and a number, or nothing. */
const WITHOUT_ZONE_MAX: ReadonlyMap<string, number> = new Map([
  ...[['dateAdd', 3] as const, ['dateSub', 3] as const, ['today', 0] as const, ['yesterday', 0] as const],
  ...[['monthName', 1] as const, ['toUnixTimestamp64Milli', 1] as const],
]);
const DATE_AND_NUMBER = 2;

/** @throws QUESTION_INVALID with the place in the text */
export function checkSql(sql: string, select: Select): Traits {
  const checker = new Checker(sql);
  checker.walk(select);
  return checker.traits();
}

type Call = Expression & { kind: 'call' };

class Checker {
  readonly #sql: string;
  readonly #zones = new Set<string>();
  readonly #patterns: string[] = [];
  #patternSize = 0;
  #isCostly = false;
  #isMultiplying = false;

  constructor(sql: string) {
    this.#sql = sql;
  }

  traits(): Traits {
    return {
      zones: [...this.#zones],
      patterns: this.#patterns,
      patternSize: this.#patternSize,
      isCostly: this.#isCostly || this.#patternSize > 0,
      isMultiplying: this.#isMultiplying,
    };
  }

  walk(node: unknown): void {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) {
      for (const each of node) this.walk(each);
      return;
    }
    const expression = node as Expression;
    if (expression.kind === 'call') this.#call(expression);
    else if (expression.kind === 'lambda') this.#isMultiplying = true;
    else if (expression.kind === 'binary' && LIKE.includes(expression.operator))
      this.#like(expression.operator, expression.right, 0);
    for (const inner of Object.values(node)) this.walk(inner);
  }

  #call(call: Call): void {
    const { name, arguments: list, at, over, parameters } = call;
    const patternAt = PATTERN_AT.get(name);
    if (patternAt !== undefined) this.#pattern(name, list[patternAt], at);
    else if (LIKE.includes(name)) this.#like(name, list[1], at);
    const known = functionNamed(name);
    if (known?.group === 'time' || name === 'toString') this.#time(call);
    if (known?.group === 'list' || MULTIPLYING.includes(name)) this.#isMultiplying = true;
    if (COSTLY.includes(name)) this.#isCostly = true;
    if (name === 'hasAny' || name === 'hasAll') this.#literals(name, list[1], at);
    if ((parameters?.length ?? 0) > PARAMETERS_MAX)
      throw this.#refuse(at, `gives ${name} more than ${PARAMETERS_MAX} parameters`);
    if (over !== undefined && over.orderBy.length > 0 && SORTING.test(name))
      throw this.#refuse(at, `has ${name} OVER with ORDER BY; leave ORDER BY out, or count by GROUP BY`);
  }

  #pattern(name: string, pattern: Expression | undefined, at: number): void {
    if (pattern?.kind !== 'text') throw this.#refuse(at, `needs a regular expression in quotes in ${name}(…)`);
    const fault = patternFault(pattern.value);
    if (fault !== undefined) throw this.#refuse(at, `needs in ${name}(…) ${fault}`);
    this.#patterns.push(pattern.value);
    if (this.#patterns.length > PATTERNS_MAX)
      throw this.#refuse(
        at,
        `has more than ${PATTERNS_MAX} regular expressions; join some by |, or use position or LIKE`,
      );
    this.#patternSize += programSizeOf(pattern.value) * (REPEATED.includes(name) ? REPEATED_MATCH_FACTOR : 1);
  }

  /** The engine makes a regular expression of it, unless it only begins or ends with %. */
  #like(name: string, pattern: Expression | undefined, at: number): void {
    if (pattern?.kind !== 'text')
      throw this.#refuse(
        at,
        `needs a text in quotes as the pattern of ${name}; to look for another column's text there is position`,
      );
    const { value } = pattern;
    if (value.length > LIKE_MAX_LENGTH)
      throw this.#refuse(
        at,
        `has a pattern of more than ${LIKE_MAX_LENGTH} characters in ${name}; use position or startsWith`,
      );
    const isPlain = !value.includes('_') && !value.slice(1, -1).includes('%') && !/^i/i.test(name);
    if (!isPlain) this.#patternSize += value.length * 2 + 10 * (value.split('_').length - 1);
  }

  #literals(name: string, list: Expression | undefined, at: number): void {
    const isLiteral = ({ kind }: Expression): boolean => ['text', 'number', 'constant', 'minus'].includes(kind);
    if (list?.kind === 'list' && list.items.length <= LITERALS_MAX && list.items.every(isLiteral)) return;
    throw this.#refuse(
      at,
      `needs at most ${LITERALS_MAX} values in square brackets as the second argument of ${name}; for two lists there is arrayIntersect`,
    );
  }

  #time({ name, arguments: list, at }: Call): void {
    const zoneAt = ZONE_AT.get(name);
    const most = zoneAt === undefined ? (WITHOUT_ZONE_MAX.get(name) ?? DATE_AND_NUMBER) : zoneAt + 1;
    if (list.length > most) throw this.#refuse(at, `gives ${name} more than ${most} arguments`);
    if (WITH_MODE.includes(name) && list.length > 1 && list[1]?.kind !== 'number')
      throw this.#refuse(at, `needs a number as the second argument of ${name}, which says how weeks are counted`);
    const zone = zoneAt === undefined ? undefined : list[zoneAt];
    if (zone === undefined) return;
    const named = zone.kind === 'text' ? zoneNamed(zone.value) : undefined;
    if (zone.kind !== 'text' || named !== zone.value)
      throw this.#refuse(
        at,
        `needs in ${name}(…) the name of an IANA time zone in quotes, like '${named ?? 'Europe/Zurich'}'`,
      );
    this.#zones.add(named);
    if (this.#zones.size > ZONES_MAX) throw this.#refuse(at, `names more than ${ZONES_MAX} time zones`);
  }

  #refuse(at: number, what: string): Error {
    return refused(this.#sql, at, what);
  }
}
