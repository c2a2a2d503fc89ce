export type Encoding = 'br' | 'gzip';

/** What browsers send is a fifth of it; the rest of a longer `Accept…` is not read. */
export const ACCEPT_MAX_LENGTH = 1_000;

/** The smallest form that `Accept-Encoding` takes (RFC 9110, 12.5.3); undefined: as it is. `*` counts for neither, as nobody sends it alone. */
export function encodingFor(accepted: string | undefined): Encoding | undefined {
  const names = new Set(
    (accepted ?? '')
      .slice(0, ACCEPT_MAX_LENGTH)
      .toLowerCase()
      .split(',')
      .map((part) => part.split(';').map((piece) => piece.trim()))
      .filter(([, quality]) => quality === undefined || Number(quality.replace(/^q=/, '')) !== 0)
      .map(([name]) => name),
  );
  if (names.has('br')) return 'br';
  return names.has('gzip') ? 'gzip' : undefined;
}
