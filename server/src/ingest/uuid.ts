import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The caller's id → a canonical UUID: itself in lower case, else a UUIDv8 from SHA-256 of app and id. */
export function uuidFromCaller(app: string, text: string): string {
  if (UUID.test(text)) return text.toLowerCase();
  return asV8(createHash('sha256').update(app).update('\0').update(text).digest().subarray(0, 16));
}

/**
 * Makes ids that the server recognises when they come back: UUIDv8 of 48 bits time, 12 bits counter, 22 bits chance
 * and 40 bits of HMAC over app and all of it. Nobody else can make one (chance 2^-40), so one that verifies was
 * answered once, hence stored: a duplicate, with no table to look in.
 */
export class ServerUuids {
  readonly #key: Buffer;
  #counter = 0;

  constructor(secret: Buffer) {
    this.#key = createHmac('sha256', secret).update('seismo server uuid v1').digest();
  }

  make(app: string, nowMs: number): string {
    const bytes = randomBytes(16);
    bytes.writeUIntBE(nowMs, 0, 6);
    this.#counter = (this.#counter + 1) & 0xfff;
    bytes.writeUInt16BE(0x8000 | this.#counter, 6);
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    this.#seal(app, bytes).copy(bytes, 11);
    return toText(bytes);
  }

  isOwn(app: string, uuid: string): boolean {
    if (uuid[14] !== '8') return false;
    const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
    return timingSafeEqual(this.#seal(app, bytes), bytes.subarray(11, 16));
  }

  #seal(app: string, bytes: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(bytes.subarray(0, 11)).update(app).digest().subarray(0, 5);
  }
}

function asV8(bytes: Buffer): string {
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return toText(bytes);
}

function toText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
