import type { IncomingHttpHeaders } from 'node:http';
import Bowser from 'bowser';
import type { RequestProperties } from '../model/request-properties.ts';

/** Longer user agents are cut to this length, which limits the work to about 0.2 ms. */
const AGENT_MAX_LENGTH = 512;
/** Browsers send about 120 characters of brands. */
const HINT_MAX_LENGTH = 256;
/** Number of remembered agents, at most 1 kB each. Parsing takes 50 µs, and visitors of all sites together have some thousand agents. */
const AGENTS_MAX = 5_000;

/** Names of the parser that nobody uses. */
const BROWSERS: Readonly<Record<string, string>> = { 'Samsung Internet for Android': 'Samsung Internet' };
/** `Sec-CH-UA-Platform` (https://wicg.github.io/ua-client-hints) as the parser names systems. */
const PLATFORMS: Readonly<Record<string, string>> = {
  Android: 'Android',
  'Chrome OS': 'Chrome OS',
  'Chromium OS': 'Chrome OS',
  iOS: 'iOS',
  Linux: 'Linux',
  macOS: 'macOS',
  Windows: 'Windows',
};
const DEVICE_TYPES: ReadonlySet<string> = new Set(['desktop', 'mobile', 'tablet', 'tv']);
/** `"Google Chrome";v="150"` in `Sec-CH-UA`. */
const BRAND = /"((?:[^"\\]|\\.)*)";\s*v="(\d+)/g;

type AgentProperties = Pick<RequestProperties, '$browser' | '$browserVersion' | '$os' | '$deviceType'>;

/** The least recently used is first. */
const known = new Map<string, AgentProperties>();

/** The browser, its major version, the operating system and the kind of device, as far as user agent and client hints name them. */
export function agentProperties(headers: IncomingHttpHeaders): AgentProperties {
  const agent = (headers['user-agent'] ?? '').slice(0, AGENT_MAX_LENGTH);
  const hints = ['sec-ch-ua', 'sec-ch-ua-platform', 'sec-ch-ua-mobile'].map((name) => textOf(headers[name]));
  const key = [agent, ...hints].join('\n');
  const found = known.get(key) ?? parse(agent, hints as [string, string, string]);
  // To the end of the line.
  known.delete(key);
  known.set(key, found);
  if (known.size > AGENTS_MAX) known.delete(known.keys().next().value!);
  return found;
}

const textOf = (header: string | string[] | undefined): string =>
  typeof header === 'string' ? header.slice(0, HINT_MAX_LENGTH) : '';

function parse(agent: string, [brands, platform, mobile]: readonly [string, string, string]): AgentProperties {
  // The parser throws for an empty text.
  if (agent === '') return {};
  const { browser, os, platform: device } = Bowser.parse(agent, { brands: brandsOf(brands) });
  const name = browser.name && (BROWSERS[browser.name] ?? browser.name);
  const version = /^\d+/.exec(browser.version ?? '')?.[0];
  const system = PLATFORMS[platform.replaceAll('"', '')] ?? os.name;
  const type = mobile === '?1' ? 'mobile' : device.type;
  return {
    ...(name && { $browser: name }),
    ...(name && version && { $browserVersion: version }),
    ...(system && { $os: system }),
    ...(type && DEVICE_TYPES.has(type) && { $deviceType: type }),
  };
}

/** Brave and others say their name here only. */
const brandsOf = (header: string): { brand: string; version: string }[] =>
  [...header.matchAll(BRAND)].map(([, brand = '', version = '']) => ({ brand, version }));
