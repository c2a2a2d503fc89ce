import { ACCEPT_MAX_LENGTH } from './encoding.ts';

/**
 * The one of the forms on offer that `Accept` likes best (RFC 9110, 12.5.1); the first on offer when it likes none or
 * says nothing, since an answer is of more use than a 406.
 */
export function negotiate<T extends string>(accept: string | undefined, offered: readonly [T, ...T[]]): T {
  if (accept === undefined || accept === '*/*') return offered[0];
  let best = offered[0];
  let bestQuality = 0;
  for (const form of offered) {
    const quality = qualityOf(form, accept);
    if (quality > bestQuality) {
      best = form;
      bestQuality = quality;
    }
  }
  return best;
}

/** The most exact range that names the form decides. */
function qualityOf(form: string, accept: string): number {
  let exactness = -1;
  let quality = 0;
  for (const part of accept.slice(0, ACCEPT_MAX_LENGTH).toLowerCase().split(',')) {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const major = `${form.slice(0, form.indexOf('/'))}/*`;
    const matched = range === form ? 2 : range === major ? 1 : range === '*/*' ? 0 : -1;
    if (matched <= exactness) continue;
    exactness = matched;
    const given = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
    quality = Number.isFinite(given) ? given : 0;
  }
  return quality;
}
