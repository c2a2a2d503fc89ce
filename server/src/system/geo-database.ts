import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Reader, type Response } from 'mmdb-lib';

export interface Place {
  /** ISO 3166-1, such as `CH`. */
  readonly country?: string;
  /** ISO 3166-2 without the country, such as `ZH`, or its name. */
  readonly region?: string;
  readonly city?: string;
}

/** Where an address is. Undefined: the database does not know. */
export type PlaceOf = (address: string) => Place | undefined;

/** Public domain; an optional dependency. */
const BUNDLED = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';
/** Node's address of an IPv4 client on a socket for both: databases know it without this. */
const MAPPED = /^::ffff:(?=\d+\.)/i;
/** Of countries and cities, as MaxMind and DB-IP name it. */
const NAME_MAX_LENGTH = 100;

/**
 * Reads a database of addresses into memory (MaxMind DB format: GeoLite2, DB-IP and others).
 * @param path absent: the bundled one, if it is installed, at the first address
 * @throws if the file cannot be read
 */
export function openGeoDatabase(path: string | undefined): PlaceOf | undefined {
  const file = path ?? bundledPath();
  if (file === undefined) return undefined;
  // A file that somebody chose is checked now. The bundled one takes 8 MB, which servers without pages never need.
  let reader = path === undefined ? undefined : readerOf(path);
  return (address) => {
    reader ??= readerOf(file);
    return placeIn(reader.get(address.replace(MAPPED, '')));
  };
}

function bundledPath(): string | undefined {
  try {
    return fileURLToPath(import.meta.resolve(BUNDLED));
  } catch {
    return undefined;
  }
}

function readerOf(file: string): Reader<Response> {
  try {
    return new Reader<Response>(readFileSync(file));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`\`geoDatabase\`: \`${file}\` is no readable MaxMind DB (.mmdb): ${reason}`, { cause });
  }
}

/** Two layouts: MaxMind and DB-IP nest names by language, ip-location-db has plain texts. */
function placeIn(record: unknown): Place | undefined {
  if (!isRecord(record)) return undefined;
  const subdivision = Array.isArray(record['subdivisions']) ? record['subdivisions'][0] : undefined;
  const country = codeOf(record['country']) ?? textOf(record['country_code']) ?? codeOf(record['registered_country']);
  const region = codeOf(subdivision) ?? nameOf(subdivision) ?? textOf(record['state1']);
  const city = nameOf(record['city']) ?? textOf(record['city']);
  return { ...(country && { country }), ...(region && { region }), ...(city && { city }) };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, NAME_MAX_LENGTH) : undefined;

const codeOf = (value: unknown): string | undefined => (isRecord(value) ? textOf(value['iso_code']) : undefined);

const nameOf = (value: unknown): string | undefined =>
  isRecord(value) && isRecord(value['names']) ? textOf(value['names']['en']) : undefined;
