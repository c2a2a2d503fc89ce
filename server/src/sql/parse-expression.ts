import type { PropertyField } from '../model/query.ts';
import type { Expression, Order, Over } from '../model/select-tree.ts';
import { functionNamed, isOwn } from './functions.ts';
import type { Reader } from './reader.ts';

const COMPARISONS: Readonly<Record<string, string>> = {
  '=': '=',
  '==': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};
const UNITS = ['SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'];

export function parseExpression(reader: Reader): Expression {
  return reader.nested(() => parseOr(reader));
}

function parseOr(reader: Reader): Expression {
  let left = parseAnd(reader);
  while (reader.takeWord('OR')) left = binary(reader, 'OR', left, parseAnd);
  return left;
}

function parseAnd(reader: Reader): Expression {
  let left = parseNot(reader);
  while (reader.takeWord('AND')) left = binary(reader, 'AND', left, parseNot);
  return left;
}

function parseNot(reader: Reader): Expression {
  if (reader.takeWord('NOT')) return { kind: 'not', operand: reader.nested(() => parseNot(reader)) };
  return parseComparison(reader);
}

function parseComparison(reader: Reader): Expression {
  let left = parseSum(reader);
  for (;;) {
    const operator = reader.peek().kind === 'sign' ? COMPARISONS[reader.peek().text] : undefined;
    if (operator !== undefined) {
      reader.next();
      left = binary(reader, operator, left, parseSum);
      continue;
    }
    if (reader.takeWord('IS')) {
      const isNot = reader.takeWord('NOT');
      reader.expectWord('NULL');
      reader.countOperator();
      left = { kind: 'isNull', isNot, operand: left };
      continue;
    }
    const isNot = reader.isWord('NOT') && ['IN', 'LIKE', 'ILIKE', 'BETWEEN'].some((word) => reader.isWord(word, 1));
    if (isNot) reader.next();
    if (reader.takeWord('IN')) {
      reader.countOperator();
      left = { kind: 'in', isNot, operand: left, of: parseSet(reader) };
    } else if (reader.takeWord('BETWEEN')) {
      reader.countOperator();
      const low = parseSum(reader);
      reader.expectWord('AND');
      left = { kind: 'between', isNot, operand: left, low, high: parseSum(reader) };
    } else if (reader.isWord('LIKE') || reader.isWord('ILIKE')) {
      const operator = reader.next().text.toUpperCase();
      const like = binary(reader, operator, left, parseSum);
      left = isNot ? { kind: 'not', operand: like } : like;
    } else return left;
  }
}

/** `(1, 2)`, `[1, 2]` or `(SELECT …)`: never a name, which could be a table. */
function parseSet(reader: Reader): Extract<Expression, { kind: 'in' }>['of'] {
  if (reader.take('(')) {
    const isSelect = reader.isWord('SELECT') || reader.isWord('WITH');
    const set = isSelect ? reader.select(reader) : reader.list(() => parseExpression(reader));
    reader.expect(')');
    return set;
  }
  if (!reader.isSign('[')) throw reader.error(`needs a list in brackets after \`IN\`, not ${reader.seen()}`);
  const list = parseAtom(reader);
  return list.kind === 'list' ? list.items : [list];
}

function parseSum(reader: Reader): Expression {
  let left = parseProduct(reader);
  for (let operator = signOf(reader, ['+', '-', '||']); operator; operator = signOf(reader, ['+', '-', '||']))
    left = binary(reader, operator, left, parseProduct);
  return left;
}

function parseProduct(reader: Reader): Expression {
  let left = parseUnary(reader);
  for (let operator = signOf(reader, ['*', '/', '%']); operator; operator = signOf(reader, ['*', '/', '%']))
    left = binary(reader, operator, left, parseUnary);
  return left;
}

function binary(
  reader: Reader,
  operator: string,
  left: Expression,
  right: (reader: Reader) => Expression,
): Extract<Expression, { kind: 'binary' }> {
  reader.countOperator();
  return { kind: 'binary', operator, left, right: right(reader) };
}

const signOf = (reader: Reader, signs: readonly string[]): string | undefined =>
  signs.find((sign) => reader.take(sign));

function parseUnary(reader: Reader): Expression {
  if (reader.take('-')) return { kind: 'minus', operand: reader.nested(() => parseUnary(reader)) };
  let operand = parseAtom(reader);
  while (reader.take('[')) {
    reader.countOperator();
    operand = { kind: 'index', operand, index: parseExpression(reader) };
    reader.expect(']');
  }
  return operand;
}

function parseAtom(reader: Reader): Expression {
  const token = reader.peek();
  if (token.kind === 'string') {
    reader.next();
    return { kind: 'text', value: token.text };
  }
  if (token.kind === 'number') {
    reader.next();
    if (!Number.isFinite(Number(token.text))) throw reader.error('has a number that is too large', token.at);
    return { kind: 'number', text: token.text };
  }
  if (reader.take('[')) {
    const items = reader.isSign(']') ? [] : reader.list(() => parseExpression(reader));
    reader.expect(']');
    return { kind: 'list', form: 'array', items };
  }
  if (reader.take('(')) return parseBrackets(reader);
  if (token.kind === 'name') {
    const word = token.text.toUpperCase();
    if (word === 'NULL' || word === 'TRUE' || word === 'FALSE') {
      reader.next();
      return { kind: 'constant', value: word === 'NULL' ? 'NULL' : word === 'TRUE' ? 'true' : 'false' };
    }
    if (reader.takeWord('CASE')) return parseCase(reader);
    if (reader.takeWord('INTERVAL')) return parseInterval(reader);
    if (reader.isSign('(', 1)) return parseCall(reader);
  }
  return parseColumn(reader);
}

/** `(a)`, `(a, b)` or `(SELECT …)`. */
function parseBrackets(reader: Reader): Expression {
  if (reader.isWord('SELECT') || reader.isWord('WITH')) {
    const select = reader.select(reader);
    reader.expect(')');
    return { kind: 'select', select };
  }
  const items = reader.list(() => parseExpression(reader));
  reader.expect(')');
  return items.length === 1 ? items[0]! : { kind: 'list', form: 'tuple', items };
}

function parseCase(reader: Reader): Expression {
  const operand = reader.isWord('WHEN') ? undefined : parseExpression(reader);
  const whens: { when: Expression; result: Expression }[] = [];
  while (reader.takeWord('WHEN')) {
    const when = parseExpression(reader);
    reader.expectWord('THEN');
    whens.push({ when, result: parseExpression(reader) });
  }
  if (whens.length === 0) throw reader.error('needs `WHEN` after `CASE`');
  const otherwise = reader.takeWord('ELSE') ? parseExpression(reader) : undefined;
  reader.expectWord('END');
  return { kind: 'case', operand, whens, otherwise };
}

function parseInterval(reader: Reader): Expression {
  const count = reader.wholeNumber(1_000_000);
  const unit = UNITS.find((each) => reader.takeWord(each) || reader.takeWord(`${each}S`));
  if (unit === undefined) throw reader.error(`needs a unit after \`INTERVAL ${count}\`: ${UNITS.join(', ')}`);
  return { kind: 'interval', count, unit };
}

/** `name(…)` or `name(…)(…)`. Only listed functions are allowed. */
function parseCall(reader: Reader): Expression {
  const { text, at } = reader.next();
  const known = functionNamed(text);
  if (known === undefined && !isOwn(text))
    throw reader.error(
      `calls the function \`${text.slice(0, 40)}\`, which is not allowed; docs/analyze/sql.md lists the allowed functions`,
      at,
    );
  const name = known?.name ?? text;
  let isDistinct = false;
  const parseArguments = (): Expression[] => {
    reader.expect('(');
    isDistinct = reader.takeWord('DISTINCT');
    // count(*) is count().
    if (known?.name === 'count' && !isDistinct && reader.take('*')) {
      reader.expect(')');
      return [];
    }
    const list = reader.isSign(')') ? [] : reader.list(() => parseArgument(reader));
    reader.expect(')');
    return list;
  };
  let parameters: Expression[] | undefined;
  let list = parseArguments();
  if (reader.isSign('(')) {
    if (known?.group !== 'aggregate' || isDistinct)
      throw reader.error(`calls \`${name}\` with two lists of arguments; only aggregate functions take parameters`);
    if (list.length === 0 || !list.every(({ kind }) => kind === 'number' || kind === 'text'))
      throw reader.error(`needs numbers or strings as parameters of \`${name}\``, at);
    parameters = list;
    list = parseArguments();
  }
  if (isDistinct && known?.group !== 'aggregate')
    throw reader.error(`uses \`DISTINCT\` in \`${name}\`, which is not an aggregate function`, at);
  const over = reader.takeWord('OVER') ? parseOver(reader) : undefined;
  if (known?.group === 'window' && over === undefined) throw reader.error(`needs \`OVER (…)\` after \`${name}\``, at);
  if (over !== undefined && known?.group !== 'window' && known?.group !== 'aggregate')
    throw reader.error(`uses \`OVER\` after \`${name}\`, which is not a window or aggregate function`, at);
  return { kind: 'call', name, parameters, arguments: list, isDistinct, over, at };
}

/** Lambdas are only allowed as arguments: `x -> …`, `(x, y) -> …`. */
function parseArgument(reader: Reader): Expression {
  if (reader.isPlainName() && reader.isSign('->', 1)) {
    const names = [reader.newName('a name')];
    reader.expect('->');
    return { kind: 'lambda', names, body: parseExpression(reader) };
  }
  if (!isLambda(reader)) return parseExpression(reader);
  reader.expect('(');
  const names = reader.list(() => reader.newName('a name'));
  reader.expect(')');
  reader.expect('->');
  return { kind: 'lambda', names, body: parseExpression(reader) };
}

/** `(a, b) ->` */
function isLambda(reader: Reader): boolean {
  if (!reader.isSign('(')) return false;
  let at = 1;
  while (reader.isPlainName(at) && reader.isSign(',', at + 1)) at += 2;
  return reader.isPlainName(at) && reader.isSign(')', at + 1) && reader.isSign('->', at + 2);
}

function parseOver(reader: Reader): Over {
  reader.expect('(');
  const partitionBy = reader.takeWords('PARTITION', 'BY') ? reader.list(() => parseExpression(reader)) : [];
  const orderBy = reader.takeWords('ORDER', 'BY') ? reader.list(() => parseOrder(reader)) : [];
  reader.expect(')');
  return { partitionBy, orderBy };
}

/** `name`, `table.name`, `data.a.b`, `data["a.b"]`, and both after a table. */
function parseColumn(reader: Reader): Expression {
  const { at, kind } = reader.peek();
  const first = reader.name('a column, a value or a function');
  if (first === 'data' && kind === 'name' && isProperty(reader))
    return { kind: 'property', of: undefined, field: parseProperty(reader), at };
  if (!reader.take('.')) return { kind: 'column', of: undefined, name: first, at };
  const isData = reader.peek().kind === 'name' && reader.peek().text === 'data';
  const name = reader.name(`a column of \`${first}\``);
  if (isData && isProperty(reader)) return { kind: 'property', of: first, field: parseProperty(reader), at };
  if (reader.isSign('.')) throw reader.error(`uses \`${first}.${name}\` as a table; it is a column`);
  return { kind: 'column', of: first, name, at };
}

const isProperty = (reader: Reader): boolean => reader.isSign('.') || reader.isSign('[');

function parseProperty(reader: Reader): PropertyField {
  if (reader.take('[')) {
    const token = reader.next();
    if (token.kind !== 'quoted' && token.kind !== 'string')
      throw reader.error('needs a name in quotes, such as `data["a.b"]`', token.at);
    reader.expect(']');
    return { kind: 'property', path: [token.text], literal: true };
  }
  const path: string[] = [];
  while (reader.take('.')) {
    const { kind, text, at } = reader.next();
    // Keywords are valid names of properties.
    if (kind !== 'name' && kind !== 'quoted') throw reader.error('needs a property name after the dot', at);
    path.push(text);
  }
  return { kind: 'property', path, literal: false };
}

export function parseOrder(reader: Reader): Order {
  const expression = parseExpression(reader);
  const isDescending = reader.takeWord('DESC');
  if (!isDescending) reader.takeWord('ASC');
  const nulls = reader.takeWords('NULLS', 'FIRST') ? 'FIRST' : reader.takeWords('NULLS', 'LAST') ? 'LAST' : undefined;
  return { expression, isDescending, nulls };
}
