/** Arithmetic over series: `A / B * 100`. It is only ever a tree, and never evaluated as a program. */
import { wrong } from './check.ts';

export type Formula =
  | { readonly number: number }
  | { readonly series: number }
  | { readonly negated: Formula }
  | { readonly operator: '+' | '-' | '*' | '/'; readonly left: Formula; readonly right: Formula };

/** Brackets deeper than anyone needs. */
const DEPTH_MAX = 50;

/**
 * @param series the number of series; the first one is A
 * @throws QUESTION_INVALID
 */
export function parseFormula(text: string, series: number): Formula {
  const tokens = text.match(/\d+(?:\.\d+)?|[A-Za-z]+|[-+*/()]|\S/g) ?? [];
  let at = 0;
  const fail = (what: string): never => {
    throw wrong('formula', `\`formula\` ${what}. A formula looks like \`A / B * 100\`.`);
  };
  function sum(depth: number): Formula {
    let left = product(depth);
    for (let token = tokens[at]; token === '+' || token === '-'; token = tokens[at]) {
      at++;
      left = { operator: token, left, right: product(depth) };
    }
    return left;
  }
  function product(depth: number): Formula {
    let left = factor(depth);
    for (let token = tokens[at]; token === '*' || token === '/'; token = tokens[at]) {
      at++;
      left = { operator: token, left, right: factor(depth) };
    }
    return left;
  }
  function factor(depth: number): Formula {
    if (depth > DEPTH_MAX) return fail('is nested too deeply');
    const token = tokens[at++];
    if (token === undefined) return fail('ends where it needs a series or a number');
    if (token === '-') return { negated: factor(depth + 1) };
    if (token === '(') {
      const inner = sum(depth + 1);
      if (tokens[at++] !== ')') return fail('is missing a closing bracket');
      return inner;
    }
    if (/^\d/.test(token)) return { number: Number(token) };
    if (/^[A-Z]$/.test(token)) {
      const index = token.charCodeAt(0) - 65;
      return index < series ? { series: index } : fail(`uses series \`${token}\`, but the question has ${series}`);
    }
    return fail(
      `contains \`${token.slice(0, 40)}\`, which is not a series, number, bracket or operator (\`+\`, \`-\`, \`*\`, \`/\`)`,
    );
  }
  const formula = sum(0);
  if (at < tokens.length) fail(`has \`${tokens[at]!.slice(0, 40)}\` after its end`);
  return formula;
}

/** null if a part has no value, and for a division by zero. */
export function evaluate(formula: Formula, values: readonly (number | null)[]): number | null {
  if ('number' in formula) return formula.number;
  if ('series' in formula) return values[formula.series] ?? null;
  if ('negated' in formula) {
    const value = evaluate(formula.negated, values);
    return value === null ? null : -value;
  }
  const left = evaluate(formula.left, values);
  const right = evaluate(formula.right, values);
  if (left === null || right === null) return null;
  const { operator } = formula;
  const result =
    operator === '+' ? left + right : operator === '-' ? left - right : operator === '*' ? left * right : left / right;
  return Number.isFinite(result) ? result : null;
}
