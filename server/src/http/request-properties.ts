import type { FastifyRequest } from 'fastify';
import type { RequestProperties } from '../model/request-properties.ts';
import type { PlaceOf } from '../system/geo-database.ts';
import { agentProperties } from './agent-properties.ts';
import type { HttpConfig } from './deps.ts';

/** In which CDNs and platforms put the visitor's country. */
const COUNTRY_HEADERS = [
  'cf-ipcountry',
  'cloudfront-viewer-country',
  'x-vercel-ip-country',
  'x-appengine-country',
  'x-country-code',
];
/** ISO 3166-1, and what CDNs send for no country and for Tor. */
const COUNTRY = /^[A-Z]{2}$/;
const NO_COUNTRY: ReadonlySet<string> = new Set(['XX', 'ZZ']);

/** What a post from a page says about its visitor. The address serves to look up the place, and is not kept. */
export function requestProperties(
  { headers, ip }: Pick<FastifyRequest, 'headers' | 'ip'>,
  { trustProxy }: Pick<HttpConfig, 'trustProxy'>,
  placeOf: PlaceOf | undefined,
): RequestProperties {
  const { country, region, city } = placeOf?.(ip) ?? {};
  // Without a proxy that overwrites them, visitors could write these headers.
  const $country = (trustProxy === false ? undefined : headerCountry(headers)) ?? country;
  return {
    ...agentProperties(headers),
    ...($country && { $country }),
    // Only of the same country: the CDN may know the visitor better than the database.
    ...(region && $country === country && { $region: region }),
    ...(city && $country === country && { $city: city }),
  };
}

function headerCountry(headers: FastifyRequest['headers']): string | undefined {
  for (const name of COUNTRY_HEADERS) {
    const value = headers[name];
    if (typeof value === 'string' && COUNTRY.test(value) && !NO_COUNTRY.has(value)) return value;
  }
  return undefined;
}
