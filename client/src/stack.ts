/**
 * Where an error comes from. `stack` is the same for errors from the same source: a hash (cyrb53, 53 bits, 14 hex digits) of
 * the error's name and of the program's functions and files on its stack. Left out is what varies: messages between occurrences, lines
 * and columns between releases, folders between machines. `at` is the file and line of the top frame.
 */
export function placeOf(name: string, stack: string): { readonly stack: string; readonly at?: string } {
  const frames: string[] = [name];
  let at: string | undefined;
  for (const line of stack.split('\n')) {
    // Third-party code: it changes with its versions.
    if (/node_modules|node:/.test(line)) continue;
    // V8: `at name (file:1:2)`; Firefox and Safari: `name@file:1:2`. A query after the file name is not part of it.
    const frame = /^\s*(?:at )?(.*?)[@( ]*([^@( /\\]*?)(?:\?[^:]*)?:(\d+):\d+\)?$/.exec(line);
    if (!frame) continue;
    // An inline script has the page's address.
    const file = frame[2] || '/';
    frames.push(`${frame[1]?.replace(/[@( ]*[^@( ]*[/\\]$/, '')}@${file}`);
    at ??= `${file}:${frame[3]}`;
  }
  return { stack: hash(frames.join()), ...(at && { at }) };
}

/** cyrb53 by bryc (public domain): two multiplicative hashes, mixed. */
function hash(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ code, 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (0x100000000 * (b & 0x1fffff) + (a >>> 0)).toString(16).padStart(14, '0');
}
