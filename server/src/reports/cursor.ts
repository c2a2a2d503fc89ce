import { SeismoError } from '../model/errors.ts';

/** A position in the order (timestamp, seq); version 1, bound to the order. */
interface CursorPosition {
  readonly timestamp: number;
  readonly seq: string;
}

const VERSION = 1;

export function encodeCursor({ timestamp, seq }: CursorPosition, order: 'asc' | 'desc'): string {
  return Buffer.from(JSON.stringify([VERSION, order, timestamp, seq])).toString('base64url');
}

/** @throws CURSOR_INVALID */
export function decodeCursor(text: string | undefined, order: 'asc' | 'desc'): CursorPosition | undefined {
  if (text === undefined) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(parts) && parts.length === 4) {
      const [version, direction, timestamp, seq] = parts as unknown[];
      if (
        version === VERSION &&
        direction === order &&
        Number.isSafeInteger(timestamp) &&
        typeof seq === 'string' &&
        /^[\w-]{1,64}$/.test(seq)
      )
        return { timestamp: timestamp as number, seq };
    }
  } catch {
    // Not our cursor: rejected below.
  }
  throw new SeismoError(
    'CURSOR_INVALID',
    '`cursor` does not come from a page in this order. Use the one in the `Link` header.',
    {
      field: 'cursor',
    },
  );
}
