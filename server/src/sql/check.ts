/**
 * What a valid statement can make the engine do. The engine checks its clock and its memory between blocks of rows, so
 * a function whose cost is a product of lengths, or a time zone that it keeps forever, must be limited in advance.
 */
import { PATTERNS_MAX, patternFault, programSizeOf } from '../model/regexp.ts';
import type { Expression, Select, Traits } from '../model/select-tree.ts';
import { zoneNamed } from '../time/zone-spans.ts';
import { functionNamed } from './functions.ts';
import { syntaxError } from './tokens.ts';

/** Of LIKE, as for a regular expression. */
export const LIKE_MAX_LENGTH = 200;
/** Values in the second list of hasAny and hasAll. */
const LITERALS_MAX = 100;
/** Numbers in the first brackets of an aggregate: `quantiles(0.5, 0.9)(…)`. */
const PARAMETERS_MAX = 50;
/** The engine keeps 4.5 MB for each one forever. */
const ZONES_MAX = 10;
/** Functions that search again after each match: the cost can be the square of the text's length. */
const REPEATED_MATCH_FACTOR = 40;

/** The position of the pattern among the arguments. */
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
/** Their result for each row costs as much as for all rows before it. */
const SORTING = /^(?:quantiles?(?:Exact(?:Inclusive)?)?|median|topK)(?:If)?$/;

/** The position of a time zone among the arguments, which is always the last. */
const ZONE_AT: ReadonlyMap<string, number> = new Map(
  [
    'now',
    'toDate toDateTime parseDateTimeBestEffortOrNull toTimeZone toStartOfSecond toStartOfMinute toStartOfFiveMinutes toStartOfTenMinutes toStartOfFifteenMinutes toStartOfHour toStartOfDay toStartOfMonth toStartOfQuarter toStartOfYear toMonday toLastDayOfMonth fromUnixTimestamp64Milli toYear toQuarter toMonth toDayOfYear toDayOfMonth toHour toMinute toSecond toISOYear toISOWeek toYYYYMM toYYYYMMDD toUnixTimestamp toString',
    'toDateTime64 toStartOfWeek toStartOfInterval date_trunc formatDateTime fromUnixTimestamp dateName toDayOfWeek toWeek',
    'dateDiff',
  ].flatMap((names, at) => names.split(' ').map((name): [string, number] => [name, at])),
);
/** Their second argument is a number: the week mode. */
const WITH_MODE = ['toStartOfWeek', 'toDayOfWeek', 'toWeek'];
/** They take a date and a number, or nothing. */
const WITHOUT_ZONE_MAX: ReadonlyMap<string, number> = new Map([
  ...[['dateAdd', 3] as const, ['dateSub', 3] as const, ['today', 0] as const, ['yesterday', 0] as const],
  ...[['monthName', 1] as const, ['toUnixTimestamp64Milli', 1] as const],
]);
const DATE_AND_NUMBER = 2;

/** @throws QUESTION_INVALID with the position in the text */
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
      throw this.#error(at, `calls \`${name}\` with more than ${PARAMETERS_MAX} parameters`);
    if (over !== undefined && over.orderBy.length > 0 && SORTING.test(name))
      throw this.#error(at, `uses \`${name}\` with \`OVER (ORDER BY …)\`; remove \`ORDER BY\`, or use \`GROUP BY\``);
  }

  #pattern(name: string, pattern: Expression | undefined, at: number): void {
    if (pattern?.kind !== 'text') throw this.#error(at, `needs a regular expression in quotes in \`${name}(…)\``);
    const fault = patternFault(pattern.value);
    if (fault !== undefined) throw this.#error(at, `needs, in \`${name}(…)\`, ${fault}`);
    this.#patterns.push(pattern.value);
    if (this.#patterns.length > PATTERNS_MAX)
      throw this.#error(
        at,
        `has more than ${PATTERNS_MAX} regular expressions; combine some with \`|\`, or use \`position\` or \`LIKE\``,
      );
    this.#patternSize += programSizeOf(pattern.value) * (REPEATED.includes(name) ? REPEATED_MATCH_FACTOR : 1);
  }

  /** The engine turns it into a regular expression, unless it only begins or ends with %. */
  #like(name: string, pattern: Expression | undefined, at: number): void {
    if (pattern?.kind !== 'text')
      throw this.#error(
        at,
        `needs a string in quotes as the pattern of \`${name}\`; to search for the value of another column, use \`position\``,
      );
    const { value } = pattern;
    if (value.length > LIKE_MAX_LENGTH)
      throw this.#error(
        at,
        `has a pattern of more than ${LIKE_MAX_LENGTH} characters in \`${name}\`; use \`position\` or \`startsWith\``,
      );
    const isPlain = !value.includes('_') && !value.slice(1, -1).includes('%') && !/^i/i.test(name);
    if (!isPlain) this.#patternSize += value.length * 2 + 10 * (value.split('_').length - 1);
  }

  #literals(name: string, list: Expression | undefined, at: number): void {
    const isLiteral = ({ kind }: Expression): boolean => ['text', 'number', 'constant', 'minus'].includes(kind);
    if (list?.kind === 'list' && list.items.length <= LITERALS_MAX && list.items.every(isLiteral)) return;
    throw this.#error(
      at,
      `needs at most ${LITERALS_MAX} values in square brackets as the second argument of \`${name}\`; for two lists, use \`arrayIntersect\``,
    );
  }

  #time({ name, arguments: list, at }: Call): void {
    const zoneAt = ZONE_AT.get(name);
    const most = zoneAt === undefined ? (WITHOUT_ZONE_MAX.get(name) ?? DATE_AND_NUMBER) : zoneAt + 1;
    if (list.length > most) throw this.#error(at, `calls \`${name}\` with more than ${most} arguments`);
    if (WITH_MODE.includes(name) && list.length > 1 && list[1]?.kind !== 'number')
      throw this.#error(at, `needs a number, the week mode, as the second argument of \`${name}\``);
    const zone = zoneAt === undefined ? undefined : list[zoneAt];
    if (zone === undefined) return;
    const named = zone.kind === 'text' ? zoneNamed(zone.value) : undefined;
    if (zone.kind !== 'text' || named !== zone.value)
      throw this.#error(
        at,
        `needs an IANA time zone in quotes in \`${name}(…)\`, such as \`'${named ?? 'Europe/Zurich'}'\``,
      );
    this.#zones.add(named);
    if (this.#zones.size > ZONES_MAX) throw this.#error(at, `uses more than ${ZONES_MAX} time zones`);
  }

  #error(at: number, what: string): Error {
    return syntaxError(this.#sql, at, what);
  }
}
