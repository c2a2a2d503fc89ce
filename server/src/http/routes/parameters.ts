import { SeismoError } from '../../model/errors.ts';

/** @throws PARAMETER_UNKNOWN */
export function onlyKnown(search: URLSearchParams, known: readonly string[]): void {
  for (const name of search.keys())
    if (!known.includes(name))
      throw new SeismoError('PARAMETER_UNKNOWN', `There is no parameter "${name.slice(0, 80)}" here.`, {
        field: name.slice(0, 80),
      });
}
