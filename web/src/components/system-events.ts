/** `$identify` and others that clients send for Seismo itself: they are no event that anybody asks about. */
export const isSystemEvent = (name: string): boolean => name.startsWith('$');
