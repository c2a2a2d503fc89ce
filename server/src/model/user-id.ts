/**
 * What programs send in place of a user, device or session if they have none: `String(undefined)`, `'' + {}` and the like. If each
 * counted as a user, it would merge everyone it was sent for. The clients and the import use the same lists.
 */
export const PLACEHOLDERS: ReadonlySet<string> = new Set(['', 'null', 'undefined', 'nan', '[object object]']);
/** What an `$identify` must not name in addition: it ties devices, and all that happened on them, to the user it names. */
export const SHARED_NAMES: ReadonlySet<string> = new Set(['0', 'anonymous']);
const LONGEST = '[object object]'.length;

/** Whether the text stands for no user, device or session. Case and surrounding white space do not matter. */
export function isPlaceholder(text: string): boolean {
  return mayBeListed(text) && PLACEHOLDERS.has(text.trim().toLowerCase());
}

/** The same for the `user` and `device` of an `$identify`, which must not be a name that many share either. */
export function isUnidentifiable(text: string): boolean {
  if (!mayBeListed(text)) return false;
  const name = text.trim().toLowerCase();
  return PLACEHOLDERS.has(name) || SHARED_NAMES.has(name);
}

/** Nearly all ids are longer than the listed ones and have no white space around them, so they need no copy. */
function mayBeListed(text: string): boolean {
  return text.length <= LONGEST || !isPlain(text.charCodeAt(0)) || !isPlain(text.charCodeAt(text.length - 1));
}

/** No white space, and no character beyond ASCII, some of which `trim` removes. */
const isPlain = (code: number): boolean => code > 32 && code < 127;
