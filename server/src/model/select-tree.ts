import type { PropertyField } from './query.ts';

/** A parsed SELECT. It contains nothing of the caller's text except names, strings and numbers. */
export interface Select {
  readonly ctes: readonly { readonly name: string; readonly select: Select }[];
  readonly isDistinct: boolean;
  readonly items: readonly Item[];
  readonly from: Source | undefined;
  readonly joins: readonly Join[];
  readonly where: Expression | undefined;
  readonly groupBy: readonly Expression[];
  readonly having: Expression | undefined;
  readonly orderBy: readonly Order[];
  readonly limit: number | undefined;
  readonly offset: number | undefined;
}

export type Item =
  | { readonly star: true; readonly of: string | undefined; readonly at: number }
  | {
      readonly expression: Expression;
      readonly alias: string | undefined;
      /** Its name in the answer: the alias, or else the text as written. */
      readonly label: string;
    };

export type Source = { readonly alias: string | undefined; readonly at: number } & (
  | { readonly table: string }
  | { readonly select: Select }
);

export interface Join {
  readonly kind: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS';
  readonly source: Source;
  readonly on: Expression | undefined;
  readonly using: readonly string[];
}

export interface Order {
  readonly expression: Expression;
  readonly isDescending: boolean;
  readonly nulls: 'FIRST' | 'LAST' | undefined;
}

export interface Over {
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly Order[];
}

export type Expression =
  | { readonly kind: 'text'; readonly value: string }
  /** Digits, as checked. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'constant'; readonly value: 'NULL' | 'true' | 'false' }
  | { readonly kind: 'column'; readonly of: string | undefined; readonly name: string; readonly at: number }
  | { readonly kind: 'property'; readonly of: string | undefined; readonly field: PropertyField; readonly at: number }
  | {
      readonly kind: 'call';
      /** As functions.ts spells it. */
      readonly name: string;
      readonly parameters: readonly Expression[] | undefined;
      readonly arguments: readonly Expression[];
      readonly isDistinct: boolean;
      readonly over: Over | undefined;
      readonly at: number;
    }
  | { readonly kind: 'lambda'; readonly names: readonly string[]; readonly body: Expression }
  | { readonly kind: 'list'; readonly form: 'array' | 'tuple'; readonly items: readonly Expression[] }
  | { readonly kind: 'not' | 'minus'; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'in';
      readonly isNot: boolean;
      readonly operand: Expression;
      readonly of: readonly Expression[] | Select;
    }
  | {
      readonly kind: 'between';
      readonly isNot: boolean;
      readonly operand: Expression;
      readonly low: Expression;
      readonly high: Expression;
    }
  | { readonly kind: 'isNull'; readonly isNot: boolean; readonly operand: Expression }
  | {
      readonly kind: 'case';
      readonly operand: Expression | undefined;
      readonly whens: readonly { readonly when: Expression; readonly result: Expression }[];
      readonly otherwise: Expression | undefined;
    }
  | { readonly kind: 'index'; readonly operand: Expression; readonly index: Expression }
  | { readonly kind: 'interval'; readonly count: number; readonly unit: string }
  | { readonly kind: 'select'; readonly select: Select };

/** What a statement makes the engine do (check.ts). */
export interface Traits {
  /** The time zones it names. */
  readonly zones: readonly string[];
  /** Regular expressions. */
  readonly patterns: readonly string[];
  /** Their cost and that of LIKE for each character, in total. */
  readonly patternSize: number;
  /** Has functions that take long for each text or list. */
  readonly isCostly: boolean;
  /** Has functions that turn one value into many. */
  readonly isMultiplying: boolean;
}
