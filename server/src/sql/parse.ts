/**
 * Parses one SELECT of ClickHouse's dialect into a tree, by recursive descent. What is not implemented here is rejected: that is
 * the whole defence, so there is no fallback and no text is passed on.
 */

import type { Item, Join, Select, Source } from '../model/select-tree.ts';
import { parseExpression, parseOrder } from './parse-expression.ts';
import { Reader } from './reader.ts';

const CTES_MAX = 20;
const JOINS_MAX = 10;
const ROWS_MAX = 1_000_000_000;

/** @throws QUESTION_INVALID with the position in the text */
export function parseSql(sql: string): Select {
  const reader = new Reader(sql, parseSelect);
  const select = parseSelect(reader);
  if (reader.peek().kind !== 'end') throw reader.error(`has ${reader.seen()} after the end of the \`SELECT\``);
  return select;
}

function parseSelect(reader: Reader): Select {
  return reader.nested(() => {
    const ctes: Select['ctes'][number][] = [];
    if (reader.takeWord('WITH')) {
      do {
        const name = reader.newName('a name before `AS (`');
        if (name.toLowerCase() === 'events' || ctes.some((each) => each.name === name))
          throw reader.error(`uses the name \`${name}\` twice`);
        reader.expectWord('AS');
        reader.expect('(');
        ctes.push({ name, select: parseSelect(reader) });
        reader.expect(')');
        if (ctes.length > CTES_MAX) throw reader.error(`has more than ${CTES_MAX} queries in \`WITH\``);
      } while (reader.take(','));
    }
    reader.expectWord('SELECT');
    const isDistinct = reader.takeWord('DISTINCT');
    const items = reader.list(() => parseItem(reader));
    let from: Source | undefined;
    const joins: Join[] = [];
    if (reader.takeWord('FROM')) {
      from = parseSource(reader);
      for (let join = parseJoin(reader); join; join = parseJoin(reader)) {
        joins.push(join);
        if (joins.length > JOINS_MAX) throw reader.error(`has more than ${JOINS_MAX} joins`);
      }
    }
    const where = reader.takeWord('WHERE') ? parseExpression(reader) : undefined;
    const groupBy = reader.takeWords('GROUP', 'BY') ? reader.list(() => parseExpression(reader)) : [];
    const having = reader.takeWord('HAVING') ? parseExpression(reader) : undefined;
    const orderBy = reader.takeWords('ORDER', 'BY') ? reader.list(() => parseOrder(reader)) : [];
    const limit = reader.takeWord('LIMIT') ? reader.wholeNumber(ROWS_MAX) : undefined;
    const offset = limit !== undefined && reader.takeWord('OFFSET') ? reader.wholeNumber(ROWS_MAX) : undefined;
    return { ctes, isDistinct, items, from, joins, where, groupBy, having, orderBy, limit, offset };
  });
}

function parseItem(reader: Reader): Item {
  const { at } = reader.peek();
  if (reader.take('*')) return { star: true, of: undefined, at };
  if (reader.isStarOf()) {
    const of = reader.name('a table');
    reader.expect('.');
    reader.expect('*');
    return { star: true, of, at };
  }
  const expression = parseExpression(reader);
  const written = reader.written(at);
  const alias = parseAlias(reader);
  return { expression, alias, label: alias ?? written };
}

/** With AS, any name. Without it, one that does not begin a clause. */
function parseAlias(reader: Reader): string | undefined {
  if (reader.takeWord('AS')) return reader.newName('a name after `AS`');
  return reader.isPlainName() ? reader.newName('a name') : undefined;
}

function parseSource(reader: Reader): Source {
  const { at } = reader.peek();
  if (reader.take('(')) {
    const select = parseSelect(reader);
    reader.expect(')');
    return { select, alias: parseAlias(reader), at };
  }
  const table = reader.name('a table');
  if (reader.isSign('.') || reader.isSign('('))
    throw reader.error(
      `can only read from \`events\` and its own \`WITH\` queries, not from \`${table}${reader.peek().text}…\``,
      at,
    );
  return { table, alias: parseAlias(reader), at };
}

function parseJoin(reader: Reader): Join | undefined {
  const kind = reader.takeWords('CROSS', 'JOIN')
    ? 'CROSS'
    : reader.takeWord('JOIN') || reader.takeWords('INNER', 'JOIN')
      ? 'INNER'
      : reader.takeWords('LEFT', 'JOIN') || reader.takeWords('LEFT', 'OUTER', 'JOIN')
        ? 'LEFT'
        : reader.takeWords('RIGHT', 'JOIN') || reader.takeWords('RIGHT', 'OUTER', 'JOIN')
          ? 'RIGHT'
          : reader.takeWords('FULL', 'JOIN') || reader.takeWords('FULL', 'OUTER', 'JOIN')
            ? 'FULL'
            : undefined;
  if (kind === undefined) return undefined;
  const source = parseSource(reader);
  if (kind === 'CROSS') return { kind, source, on: undefined, using: [] };
  if (reader.takeWord('ON')) return { kind, source, on: parseExpression(reader), using: [] };
  reader.expectWord('USING');
  reader.expect('(');
  const using = reader.list(() => reader.name('a column'));
  reader.expect(')');
  return { kind, source, on: undefined, using };
}
