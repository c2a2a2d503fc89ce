/** `crypto.getRandomValues`. */
export type Random = (array: Uint16Array<ArrayBuffer>) => Uint16Array<ArrayBuffer>;

let lastMs = 0;
let counter = 0;

const hex = (number: number, width: number): string => number.toString(16).padStart(width, '0');

/**
 * A UUIDv7 (RFC 9562): 48 bits of time, 12 bits that count within the millisecond, so that ids sort in the order they were
 * made and cost the server half the space of random ones, and 62 random bits.
 */
export function uuidV7(nowMs: number, random: Random): string {
  counter = nowMs > lastMs ? 0 : counter + 1;
  // The clock went back, or 4,096 ids were made in one millisecond: time goes on from the last one.
  lastMs = Math.max(nowMs, lastMs) + (counter >> 12);
  counter &= 0xfff;
  const time = hex(lastMs, 12);
  const [a = 0, b = 0, c = 0, d = 0] = random(new Uint16Array(4));
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(counter, 3)}-${hex((a & 0x3fff) | 0x8000, 4)}-${hex(b, 4)}${hex(c, 4)}${hex(d, 4)}`;
}
