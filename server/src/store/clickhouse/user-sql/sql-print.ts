import { SeismoError } from '../../../model/errors.ts';
import type { Expression, Item, Order, Select, Source } from '../../../model/select-tree.ts';
import { functionNamed, isOwn } from '../../../sql/functions.ts';
import type { Bound } from '../sql.ts';
import { quotedName } from '../sql-quotes.ts';
import { boundedCall } from './sql-bounds.ts';
import { decimalSql, isDecimal } from './sql-decimal.ts';
import { type PropertyForm, propertySql } from './sql-property.ts';

/** Columns of `events` apart from properties, and what they are derived from. */
export const EVENT_FIELDS = [
  'uuid',
  'id',
  'event',
  'timestamp',
  'receivedAt',
  'user',
  'device',
  'session',
  'person',
] as const;
/** A WITH is expanded where it is named: a few names that double it would produce too much. */
const SQL_MAX_LENGTH = 200_000;

interface NamedTable {
  readonly alias: string;
  readonly columns: ReadonlySet<string>;
  /** Columns that may have a fraction. */
  readonly decimals: ReadonlySet<string>;
  readonly isEvents: boolean;
}

/** The meaning of names in a scope. */
interface Names {
  readonly tables: readonly NamedTable[];
  readonly aliases: ReadonlySet<string>;
  /** Those that may have a fraction. */
  readonly decimals: ReadonlySet<string>;
  /** From USING: in two tables, and yet one. */
  readonly shared: ReadonlySet<string>;
  readonly lambda: readonly string[];
}

interface Printed {
  readonly sql: string;
  readonly columns: readonly string[];
  readonly decimals: ReadonlySet<string>;
}

/** The type a property must have where it is used; `said`: only text() or number() can decide. */
type Want = PropertyForm | 'said';

/**
 * A syntax tree → SQL, rebuilt word by word: the only table in it is the given one, strings are bound, numbers are digits, names are quotedName and known.
 * @throws QUESTION_INVALID for a name that is unknown or ambiguous
 */
export class SqlPrinter {
  readonly #events: string;
  readonly #bound: Bound;
  #length = 0;

  /** @param events a SELECT of EVENT_FIELDS, `__texts`, `__numbers` and `__others` */
  constructor(events: string, bound: Bound) {
    this.#events = events;
    this.#bound = bound;
  }

  /** @returns the statement and its column names */
  print(select: Select): { readonly sql: string; readonly labels: readonly string[] } {
    const { sql, columns } = this.#select(select, new Map());
    const own = select.items.flatMap((item) => ('star' in item ? [] : [item]));
    const labels = new Map<string, string>();
    own.forEach((item, i) => {
      if (item.alias === undefined) labels.set(`__${i + 1}`, item.label);
    });
    return { sql, labels: columns.map((name) => labels.get(name) ?? name) };
  }

  #select(select: Select, outer: ReadonlyMap<string, Select>): Printed {
    const ctes = new Map(outer);
    // A WITH sees those before it, and never itself.
    for (const { name, select: cte } of select.ctes) ctes.set(name, { ...cte, ctes: [...scopeOf(ctes), ...cte.ctes] });
    const sources = [select.from, ...select.joins.map(({ source }) => source)].filter((source) => source !== undefined);
    const tables: NamedTable[] = [];
    const froms = sources.map((source, i) => {
      const { sql, ...table } = this.#source(source, ctes, i);
      if (tables.some(({ alias }) => alias === table.alias))
        throw invalid(`has two tables named \`${table.alias}\`; rename one with \`AS\``);
      tables.push(table);
      return `${sql} AS ${quotedName(table.alias)}`;
    });
    const shared = new Set(select.joins.flatMap(({ using }) => using));
    const aliases = new Set(
      select.items.flatMap((item) => ('star' in item || item.alias === undefined ? [] : [item.alias])),
    );
    const columnsOf: Names = { tables, aliases, decimals: new Set(), shared, lambda: [] };
    const decimals = new Set(
      select.items.flatMap((item) =>
        'star' in item || item.alias === undefined || !mayBeDecimal(item.expression, columnsOf) ? [] : [item.alias],
      ),
    );
    const names: Names = { ...columnsOf, decimals };
    const print = (expression: Expression, want: Want = 'text'): string =>
      this.#expression(expression, names, ctes, want);
    const columns: string[] = [];
    const items = this.#items(select.items, names, ctes, columns);
    const joins = select.joins.map(({ kind, on, using }, i) => {
      for (const name of using)
        if (!tables[i + 1]!.columns.has(name) || !tables.slice(0, i + 1).some((table) => table.columns.has(name)))
          throw invalid(`joins \`USING (${name})\`, which is not a column of both tables`);
      const how = on ? ` ON ${print(on)}` : using.length > 0 ? ` USING (${using.map(quotedName).join(', ')})` : '';
      return ` ${kind} JOIN ${froms[i + 1]}${how}`;
    });
    const order = this.#order(select.orderBy, print);
    const sql = [
      `SELECT ${select.isDistinct ? 'DISTINCT ' : ''}${items.join(', ')}`,
      ...(froms.length > 0 ? [` FROM ${froms[0]}${joins.join('')}`] : []),
      ...(select.where ? [` WHERE ${print(select.where)}`] : []),
      ...(select.groupBy.length > 0 ? [` GROUP BY ${select.groupBy.map((each) => print(each)).join(', ')}`] : []),
      ...(select.having ? [` HAVING ${print(select.having)}`] : []),
      ...(order === '' ? [] : [` ORDER BY ${order}`]),
      ...(select.limit === undefined ? [] : [` LIMIT ${select.limit}`]),
      ...(select.offset === undefined ? [] : [` OFFSET ${select.offset}`]),
    ].join('');
    this.#length += sql.length;
    if (this.#length > SQL_MAX_LENGTH) throw invalid('is too long once every `WITH` query is inserted');
    return { sql, columns, decimals: decimalsOf(select.items, columns, names) };
  }

  #source(source: Source, ctes: ReadonlyMap<string, Select>, place: number): NamedTable & { readonly sql: string } {
    if ('select' in source) {
      const { sql, columns, decimals } = this.#select(source.select, ctes);
      const alias = source.alias ?? `__t${place}`;
      return { sql: `(${sql})`, alias, columns: new Set(columns), decimals, isEvents: false };
    }
    const alias = source.alias ?? source.table;
    const cte = ctes.get(source.table);
    if (cte) {
      const { sql, columns, decimals } = this.#select(cte, new Map());
      return { sql: `(${sql})`, alias, columns: new Set(columns), decimals, isEvents: false };
    }
    if (source.table !== 'events')
      throw invalid(
        `reads from \`${source.table.slice(0, 40)}\`, which does not exist; read from \`events\` or from an earlier \`WITH\` query`,
      );
    this.#length += this.#events.length;
    return { sql: `(${this.#events})`, alias, columns: new Set(EVENT_FIELDS), decimals: new Set(), isEvents: true };
  }

  #items(items: readonly Item[], names: Names, ctes: ReadonlyMap<string, Select>, columns: string[]): string[] {
    const add = (name: string): void => {
      if (columns.includes(name)) throw invalid(`has two columns named \`${name}\`; rename one with \`AS\``);
      columns.push(name);
    };
    let place = 0;
    return items.flatMap((item): string[] => {
      if ('star' in item) {
        const tables = item.of === undefined ? names.tables : names.tables.filter(({ alias }) => alias === item.of);
        if (tables.length === 0)
          throw invalid(item.of === undefined ? 'uses `*` without `FROM`' : `has no table \`${item.of}\``);
        return tables.flatMap(({ alias, columns: own }) =>
          [...own].flatMap((name) => {
            if (names.shared.has(name) && columns.includes(name)) return [];
            add(name);
            return [`${quotedName(alias)}.${quotedName(name)} AS ${quotedName(name)}`];
          }),
        );
      }
      place++;
      const { expression, alias } = item;
      const isColumn = expression.kind === 'column' && !names.lambda.includes(expression.name);
      const name = alias ?? (isColumn && !columns.includes(expression.name) ? expression.name : `__${place}`);
      add(name);
      return [`${this.#expression(expression, names, ctes, 'text')} AS ${quotedName(name)}`];
    });
  }

  #order(orders: readonly Order[], print: (expression: Expression, want: Want) => string): string {
    return orders
      .map(
        ({ expression, isDescending, nulls }) =>
          `${print(expression, 'said')} ${isDescending ? 'DESC' : 'ASC'}${nulls ? ` NULLS ${nulls}` : ''}`,
      )
      .join(', ');
  }

  #expression(expression: Expression, names: Names, ctes: ReadonlyMap<string, Select>, want: Want): string {
    const print = (each: Expression, as: Want = 'text'): string => this.#expression(each, names, ctes, as);
    switch (expression.kind) {
      case 'text':
        return this.#bound.add('String', expression.value);
      case 'number':
        return expression.text;
      case 'constant':
        return expression.value;
      case 'column':
        return columnSql(expression, names);
      case 'property': {
        if (want === 'said')
          throw invalid(
            `uses \`data.${expression.field.path.join('.')}\` where its type matters; use \`text(…)\` or \`number(…)\``,
          );
        return propertySql(tableOf(expression, names), expression.field, want, this.#bound);
      }
      case 'call':
        return this.#call(expression, names, ctes);
      case 'lambda':
        return `(${expression.names.map(quotedName).join(', ')}) -> ${this.#expression(expression.body, { ...names, lambda: [...names.lambda, ...expression.names] }, ctes, want)}`;
      case 'list': {
        const items = expression.items.map((item) => print(item, want)).join(', ');
        return expression.form === 'array' ? `[${items}]` : `(${items})`;
      }
      case 'not':
        return `(NOT ${print(expression.operand, 'bool')})`;
      case 'minus':
        return `(-${print(expression.operand, 'number')})`;
      case 'binary': {
        const { operator, left, right } = expression;
        const as = wantOf(operator, [left, right]);
        const printed = print(left, as);
        // A chain of the same operator needs no nested brackets, which the engine would reject as too deep.
        const isRow = left.kind === 'binary' && left.operator === operator && !COMPARING.has(operator);
        return `(${isRow ? printed.slice(1, -1) : printed} ${operator} ${print(right, as)})`;
      }
      case 'in': {
        const word = expression.isNot ? 'NOT IN' : 'IN';
        if (!Array.isArray(expression.of)) {
          const { sql } = this.#select(expression.of as Select, ctes);
          return `(${print(expression.operand)} ${word} (${sql}))`;
        }
        const items = expression.of as readonly Expression[];
        const as = wantOf('=', items);
        return `(${print(expression.operand, as)} ${word} (${items.map((item) => print(item, as)).join(', ')}))`;
      }
      case 'between': {
        const { operand, low, high, isNot } = expression;
        const as = wantOf('=', [low, high]);
        return `(${print(operand, as)} ${isNot ? 'NOT ' : ''}BETWEEN ${print(low, as)} AND ${print(high, as)})`;
      }
      case 'isNull':
        return `(${print(expression.operand)} IS ${expression.isNot ? 'NOT ' : ''}NULL)`;
      case 'case': {
        const { operand, whens, otherwise } = expression;
        const as = operand
          ? wantOf(
              '=',
              whens.map(({ when }) => when),
            )
          : 'bool';
        const parts = whens.map(({ when, result }) => `WHEN ${print(when, as)} THEN ${print(result, want)}`).join(' ');
        return `(CASE ${operand ? `${print(operand, as)} ` : ''}${parts}${otherwise ? ` ELSE ${print(otherwise, want)}` : ''} END)`;
      }
      case 'index':
        return `${print(expression.operand)}[${print(expression.index, 'number')}]`;
      case 'interval':
        return `INTERVAL ${expression.count} ${expression.unit}`;
      case 'select':
        return `(${this.#select(expression.select, ctes).sql})`;
    }
  }

  #call(call: Expression & { kind: 'call' }, names: Names, ctes: ReadonlyMap<string, Select>): string {
    const { name, parameters, arguments: list, isDistinct, over } = call;
    const print = (each: Expression, as: Want): string => this.#expression(each, names, ctes, as);
    if (isOwn(name)) {
      const [only] = list;
      if (list.length !== 1 || only?.kind !== 'property')
        throw invalid(`needs one property in \`${name}(…)\`, such as \`${name}(data.plan)\``);
      return print(only, name);
    }
    const known = functionNamed(name);
    if (known === undefined) throw new Error(`BUG: function ${name} was not checked`);
    const want: Want = known.takes === 'said' ? 'said' : known.takes;
    // The condition of …If is true or false, whatever is counted.
    const isConditional = known.group === 'aggregate' && known.name.endsWith('If');
    const values = list.map((each, i) => {
      const isCondition =
        (isConditional && i === list.length - 1) ||
        (i === 0 && known.name === 'if') ||
        (known.name === 'multiIf' && i % 2 === 0 && i < list.length - 1);
      if (isCondition) return print(each, 'bool');
      // if(…, 1, data.n) is a number.
      const isChoice = ['if', 'multiIf', 'coalesce', 'ifNull', 'nullIf', 'equals', 'notEquals'].includes(known.name);
      return print(each, isChoice && list.some(isNumeric) ? 'number' : want);
    });
    const given = parameters ? `(${parameters.map((each) => print(each, 'text')).join(', ')})` : '';
    const orderBy = over ? this.#order(over.orderBy, print) : '';
    const window = over
      ? ` OVER (${[over.partitionBy.length > 0 ? `PARTITION BY ${over.partitionBy.map((each) => print(each, 'text')).join(', ')}` : '', orderBy === '' ? '' : `ORDER BY ${orderBy}`].filter((part) => part !== '').join(' ')})`
      : '';
    const isOfDecimals = !isDistinct && list[0] !== undefined && mayBeDecimal(list[0], names);
    const summed = isOfDecimals ? decimalSql(known.name, values, window) : undefined;
    if (summed !== undefined) return summed;
    const bounded = boundedCall(known.name, list, values);
    if (bounded === undefined) throw invalid(`has strings that are too long in \`${name}\``);
    return `${bounded.name}${given}(${isDistinct ? 'DISTINCT ' : ''}${bounded.values.join(', ')})${window}`;
  }
}

/** Whether an expression may have a fraction, by the columns that it names. */
const mayBeDecimal = (expression: Expression, { tables, decimals, lambda }: Names): boolean =>
  isDecimal(expression, (of, name) => {
    if (of === undefined && lambda.includes(name)) return false;
    const holders = tables.filter(({ alias, columns }) => (of === undefined ? columns.has(name) : alias === of));
    return holders.length > 0 ? holders.some((table) => table.decimals.has(name)) : decimals.has(name);
  });

/** For the columns of a SELECT, in the order of its items. */
function decimalsOf(items: readonly Item[], columns: readonly string[], names: Names): ReadonlySet<string> {
  if (items.some((item) => 'star' in item))
    return new Set([...names.decimals, ...names.tables.flatMap(({ decimals }) => [...decimals])]);
  return new Set(
    columns.filter((_, i) => {
      const item = items[i];
      return item !== undefined && !('star' in item) && mayBeDecimal(item.expression, names);
    }),
  );
}

const COMPARING: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=', 'LIKE', 'ILIKE']);

const scopeOf = (ctes: ReadonlyMap<string, Select>): Select['ctes'] =>
  [...ctes].map(([name, select]) => ({ name, select }));

/** The types of properties next to an operator: numbers in arithmetic and beside numbers, booleans beside booleans. */
function wantOf(operator: string, parts: readonly Expression[]): PropertyForm {
  if (['+', '-', '*', '/', '%'].includes(operator)) return 'number';
  if (operator === 'AND' || operator === 'OR') return 'bool';
  if (['LIKE', 'ILIKE', '||'].includes(operator)) return 'text';
  if (parts.some(isNumeric)) return 'number';
  return parts.some((part) => part.kind === 'constant' && part.value !== 'NULL') ? 'bool' : 'text';
}

function isNumeric(expression: Expression): boolean {
  switch (expression.kind) {
    case 'number':
    case 'minus':
      return true;
    case 'binary':
      return ['+', '-', '*', '/', '%'].includes(expression.operator);
    case 'call':
      return expression.name === 'number' || functionNamed(expression.name)?.isNumber === true;
    case 'case':
      return expression.whens.some(({ result }) => isNumeric(result));
    default:
      return false;
  }
}

function columnSql({ of, name }: Expression & { kind: 'column' }, { tables, aliases, shared, lambda }: Names): string {
  if (of !== undefined) {
    const table = tables.find(({ alias }) => alias === of);
    if (table === undefined) throw invalid(`has no table \`${of.slice(0, 40)}\``);
    if (!table.columns.has(name)) throw invalid(unknown(name, [table]));
    return `${quotedName(of)}.${quotedName(name)}`;
  }
  if (lambda.includes(name)) return quotedName(name);
  const holders = tables.filter(({ columns }) => columns.has(name));
  if (holders.length > 1 && !shared.has(name))
    throw invalid(`has \`${name}\` in two tables; name the table, as in \`${holders[0]!.alias}.${name}\``);
  if (holders.length > 0)
    return shared.has(name) ? quotedName(name) : `${quotedName(holders[0]!.alias)}.${quotedName(name)}`;
  if (aliases.has(name)) return quotedName(name);
  throw invalid(unknown(name, tables));
}

const unknown = (name: string, tables: readonly NamedTable[]): string =>
  `has no column \`${name.slice(0, 40)}\`; the columns are ${[...new Set(tables.flatMap(({ columns }) => [...columns]))]
    .slice(0, 30)
    .map((column) => `\`${column}\``)
    .join(', ')}${tables.some(({ isEvents }) => isEvents) ? ', and properties such as `data.plan`' : ''}`;

/** The events whose property is meant. */
function tableOf({ of, field }: Expression & { kind: 'property' }, { tables }: Names): string {
  const events = tables.filter(({ isEvents, alias }) => isEvents && (of === undefined || alias === of));
  if (events.length === 1) return quotedName(events[0]!.alias);
  const name = `data.${field.path.join('.').slice(0, 40)}`;
  throw invalid(
    events.length === 0
      ? `uses \`${name}\` outside of \`events\`; name it in the inner \`SELECT\`, as in \`${name} AS name\``
      : `has \`${name}\` in two tables; name the table, as in \`${events[0]!.alias}.${name}\``,
  );
}

const invalid = (what: string): SeismoError =>
  new SeismoError('QUESTION_INVALID', `\`sql\` ${what}.`, { field: 'sql' });
