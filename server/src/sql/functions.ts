/**
 * The functions that a caller's SQL can use. They read nothing but their arguments. `n`: a property among the arguments counts as a
 * number, otherwise as text; `!`: the statement must use text() or number(). After the colon: the result's type for numbers.
 */
const LISTS = {
  // Aggregates, each also as …If.
  'aggregate t:n': 'count uniq uniqExact uniqCombined uniqCombined64 uniqHLL12',
  'aggregate t': 'any anyLast groupArray groupUniqArray topK',
  'aggregate n:n':
    'sum avg quantile quantileExact quantileExactInclusive median stddevPop stddevSamp varPop varSamp skewPop kurtPop covarPop covarSamp corr',
  'aggregate n': 'quantiles quantilesExact quantilesExactInclusive',
  'aggregate !': 'min max argMin argMax first_value last_value',
  'aggregate t:': 'windowFunnel retention',
  // Only with OVER.
  'window t:n': 'row_number rank dense_rank ntile',
  'window !': 'lagInFrame leadInFrame',
  // Numbers.
  'plain n:n':
    'abs round floor ceil trunc sqrt cbrt pow exp exp2 exp10 log log2 log10 log1p sign intDiv intDivOrZero modulo negate plus minus multiply divide bitAnd bitOr bitXor bitCount bitTest roundDown gcd lcm sin cos tan atan atan2 pi isFinite isNaN ifNotFinite',
  'plain !': 'greatest least',
  // Choices.
  'plain t':
    'if multiIf coalesce ifNull nullIf isNull isNotNull assumeNotNull toNullable and or not xor equals notEquals in notIn tuple tupleElement array transform',
  // Strings.
  'plain t:n':
    'length lengthUTF8 position positionCaseInsensitive positionUTF8 positionCaseInsensitiveUTF8 countSubstrings empty notEmpty startsWith endsWith match like ilike notLike has hasAny hasAll indexOf toInt8 toInt16 toInt32 toInt64 toUInt8 toUInt16 toUInt32 toUInt64 toFloat32 toFloat64 toInt64OrNull toInt64OrZero toFloat64OrNull toFloat64OrZero toUInt64OrNull toUInt64OrZero levenshteinDistance cityHash64 sipHash64 xxHash64 JSONLength JSONHas JSONExtractInt JSONExtractFloat JSONExtractBool',
  'plain t: ':
    'lower upper lowerUTF8 upperUTF8 concat substring substringUTF8 left right leftUTF8 rightUTF8 trimBoth trimLeft trimRight reverse reverseUTF8 replaceOne replaceAll replaceRegexpOne replaceRegexpAll extract extractAll splitByChar splitByString splitByRegexp alphaTokens toString toFixedString leftPad rightPad initcap base64Encode base64Decode hex unhex domain domainWithoutWWW topLevelDomain protocol path pathFull queryString extractURLParameter cutQueryString cutURLParameter cutFragment decodeURLComponent encodeURLComponent JSONExtractString JSONExtractRaw JSONExtractArrayRaw JSONExtractKeys toTypeName',
  // Times.
  'time t':
    'toDate toDateTime toDateTime64 parseDateTimeBestEffortOrNull toTimeZone toStartOfSecond toStartOfMinute toStartOfFiveMinutes toStartOfTenMinutes toStartOfFifteenMinutes toStartOfHour toStartOfDay toStartOfWeek toStartOfMonth toStartOfQuarter toStartOfYear toStartOfInterval toMonday toLastDayOfMonth date_trunc dateAdd dateSub addSeconds addMinutes addHours addDays addWeeks addMonths addQuarters addYears subtractSeconds subtractMinutes subtractHours subtractDays subtractWeeks subtractMonths subtractQuarters subtractYears formatDateTime fromUnixTimestamp fromUnixTimestamp64Milli monthName dateName now today yesterday',
  'time t:n':
    'toYear toQuarter toMonth toDayOfYear toDayOfMonth toDayOfWeek toHour toMinute toSecond toISOYear toISOWeek toWeek toYYYYMM toYYYYMMDD toUnixTimestamp toUnixTimestamp64Milli dateDiff',
  // Lists.
  'list t':
    'arrayJoin arrayMap arrayFilter arraySort arrayReverseSort arrayReverse arrayDistinct arrayConcat arraySlice arrayElement arrayEnumerate arrayZip arrayStringConcat arrayDifference arrayCumSum arrayFirst arrayLast arrayCompact arrayFlatten arrayIntersect arrayPushBack arrayPushFront arrayPopBack arrayPopFront arrayMin arrayMax range mapKeys mapValues',
  'list t:n': 'arrayCount arraySum arrayAvg arrayExists arrayAll arrayUniq arrayFirstIndex arrayLastIndex',
} as const;

export interface SqlFunction {
  /** As the engine spells it. */
  readonly name: string;
  readonly group: 'aggregate' | 'window' | 'plain' | 'time' | 'list';
  readonly takes: 'text' | 'number' | 'said';
  readonly isNumber: boolean;
}

const KNOWN = new Map<string, SqlFunction>();
for (const [kind, names] of Object.entries(LISTS)) {
  const [group, rest = ''] = kind.split(' ') as [SqlFunction['group'], string];
  const takes = rest.startsWith('n') ? 'number' : rest.startsWith('!') ? 'said' : 'text';
  for (const name of names.split(' ')) {
    const isNumber = rest.endsWith(':n');
    KNOWN.set(name.toLowerCase(), { name, group, takes, isNumber });
    if (group === 'aggregate') KNOWN.set(`${name.toLowerCase()}if`, { name: `${name}If`, group, takes, isNumber });
  }
}

/** All of them, for editors: the dashboard's editor takes them when it is built. */
export const SQL_FUNCTIONS: readonly SqlFunction[] = [...KNOWN.values()];

/** Seismo's own: the type of a property. */
export const OWN_FUNCTIONS = ['text', 'number', 'bool', 'json'] as const;
export type OwnFunction = (typeof OWN_FUNCTIONS)[number];
export const isOwn = (name: string): name is OwnFunction => OWN_FUNCTIONS.some((own) => own === name);

export function functionNamed(name: string): SqlFunction | undefined {
  return KNOWN.get(name.toLowerCase());
}
