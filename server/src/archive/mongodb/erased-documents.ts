import type { Filter } from '../../model/query.ts';

/** A longer list would not fit in a command. */
const NAMED_MAX = 10_000;

/** A condition of MongoDB that every matching event meets, for the index on app, user and time; more events may meet it. */
export function narrowed(filters: readonly Filter[]): object {
  for (const filter of filters) {
    const condition = conditionOf(filter);
    if (condition !== undefined) return condition;
  }
  return {};
}

function conditionOf(filter: Filter): object | undefined {
  if ('or' in filter) {
    const parts = filter.or.map(conditionOf);
    return parts.length > 0 && parts.every((part) => part !== undefined) ? { $or: parts } : undefined;
  }
  if ('spans' in filter) {
    const devices = [...new Set(filter.spans.map(({ device }) => device))];
    // Without a user, which is the same as null.
    return filter.isInside && devices.length <= NAMED_MAX ? { user: null, device: { $in: devices } } : undefined;
  }
  if (!('field' in filter) || filter.field.kind !== 'column' || filter.field.name !== 'user') return undefined;
  if (filter.operator !== 'is' && filter.operator !== 'in') return undefined;
  const users = filter.matches.flatMap(({ text }) => (text === undefined ? [] : [text]));
  return users.length <= NAMED_MAX ? { user: { $in: users } } : undefined;
}
