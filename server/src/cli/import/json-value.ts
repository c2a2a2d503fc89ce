import { glanceAt, hiddenFaults, keysOf, mayVanish } from '../../row/json-scan.ts';
import { RowFault } from './row-fault.ts';

/** @param what the subject of an error. @throws RowFault also for what JSON.parse would lose, such as a repeated key */
export function jsonValue(text: string, what: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RowFault('BODY_NOT_JSON', `${what} is not valid JSON.`);
  }
  const glance = glanceAt(Buffer.from(text));
  if (glance.keys === keysOf(value) && !mayVanish(text, glance)) return value;
  for (const { key, number = '' } of hiddenFaults(text, 0))
    throw key === undefined
      ? new RowFault(
          'EVENT_NUMBER_UNSAFE',
          `The number ${number.slice(0, 40)} is too small for a double, which would make it 0. Write it as a string.`,
        )
      : new RowFault('EVENT_KEY_REPEATED', `The key \`${key.slice(0, 80)}\` appears twice in one object.`);
  return value;
}
