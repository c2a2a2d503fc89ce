/**
 * Browsers, systems and kinds of devices, against published lists: `user-agents` has real agents with the kind of their device, measured in
 * the browser, and the expressions of `uap-core` say browser and system independently of the parser.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { agentProperties } from '../../src/http/agent-properties.ts';

const require = createRequire(import.meta.url);
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';
const TABLET =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';
const of = (agent: string, hints: Record<string, string> = {}) => agentProperties({ 'user-agent': agent, ...hints });

it.each([
  [CHROME, 'Chrome', '150', 'Windows', 'desktop'],
  [TABLET, 'Chrome', '150', 'Android', 'tablet'],
  [TABLET.replace('.0.0.0', '.0.0.0 Mobile'), 'Chrome', '150', 'Android', 'mobile'],
  [`${CHROME} Edg/150.0.3500.1`, 'Microsoft Edge', '150', 'Windows', 'desktop'],
  [`${CHROME} OPR/130.0.0.0`, 'Opera', '130', 'Windows', 'desktop'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:151.0) Gecko/20100101 Firefox/151.0', 'Firefox', '151', 'Linux', 'desktop'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.6.1 Mobile/15E148 Safari/604.1',
    'Safari',
    '26',
    'iOS',
    'mobile',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.6 Safari/605.1.15',
    'Safari',
    '26',
    'macOS',
    'desktop',
  ],
  [
    'Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36',
    'Samsung Internet',
    '25',
    'Android',
    'mobile',
  ],
  [
    CHROME.replace('Windows NT 10.0; Win64; x64', 'X11; CrOS x86_64 14541.0.0'),
    'Chrome',
    '150',
    'Chrome OS',
    'desktop',
  ],
  [
    'Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/2.2 Chrome/63.0.3239.84 TV Safari/537.36',
    'Samsung Internet',
    '2',
    'Tizen',
    'tv',
  ],
])('%s', (agent, $browser, $browserVersion, $os, $deviceType) => {
  expect(of(agent)).toEqual({ $browser, $browserVersion, $os, $deviceType });
});

it('says nothing of what it does not know', () => {
  expect([of(''), agentProperties({}), of('curl/8.5.0'), of('node')]).toEqual([{}, {}, {}, {}]);
});

it('believes the client hints of browsers that say less in their agent', () => {
  const brands = (name: string) => ({ 'sec-ch-ua': `"Not.A/Brand";v="24", "Chromium";v="150", "${name}";v="151"` });
  expect(of(CHROME, brands('Brave'))).toMatchObject({ $browser: 'Brave', $browserVersion: '151' });
  expect(of(CHROME, brands('Google Chrome'))).toMatchObject({ $browser: 'Chrome', $browserVersion: '150' });
  const tablet = { 'sec-ch-ua-platform': '"Android"', 'sec-ch-ua-mobile': '?0' };
  expect(of(TABLET, tablet)).toMatchObject({ $os: 'Android', $deviceType: 'tablet' });
  const phone = { 'sec-ch-ua-platform': '"Android"', 'sec-ch-ua-mobile': '?1' };
  expect(of(CHROME, phone)).toMatchObject({ $os: 'Android', $deviceType: 'mobile' });
  expect(of(CHROME, { 'sec-ch-ua-platform': '"Unknown"' })).toMatchObject({ $os: 'Windows' });
});

interface Published {
  readonly userAgent: string;
  readonly deviceCategory: string;
}
const published: readonly Published[] = JSON.parse(
  readFileSync(require.resolve('user-agents').replace(/index\.[a-z]+$/, 'user-agents.json'), 'utf8'),
);
const agents = [...new Map(published.map((each) => [each.userAgent, each])).values()];

it('agrees with the devices that were measured', () => {
  expect(agents.length).toBe(952);
  expect(agents.filter((each) => of(each.userAgent).$deviceType !== each.deviceCategory)).toEqual([]);
});

interface Rule {
  readonly regex: string;
  readonly regex_flag?: string;
  readonly family_replacement?: string;
  readonly os_replacement?: string;
}
const rules: Record<'user_agent_parsers' | 'os_parsers', readonly Rule[]> = parse(
  readFileSync(require.resolve('uap-core/regexes.yaml'), 'utf8'),
);

/** What the first expression that matches says. */
function judge(list: readonly Rule[], replacement: 'family_replacement' | 'os_replacement') {
  const compiled = list.map((rule) => ({ rule, pattern: new RegExp(rule.regex, rule.regex_flag) }));
  return (agent: string): string => {
    for (const { rule, pattern } of compiled) {
      const match = pattern.exec(agent);
      if (match) return (rule[replacement] ?? match[1] ?? '').replace(/\$(\d)/g, (_, i) => match[Number(i)] ?? '');
    }
    return 'Other';
  };
}

/** Names of the same, where the two differ. */
const SAME: Readonly<Record<string, string>> = {
  'Chrome Mobile': 'Chrome',
  'Chrome Mobile iOS': 'Chrome',
  'Chrome Mobile WebView': 'Chrome',
  'Mobile Safari': 'Safari',
  'Mobile Safari UI/WKWebView': 'Safari',
  Google: 'Google Search',
  'Firefox iOS': 'Firefox',
  'Firefox Mobile': 'Firefox',
  Edge: 'Microsoft Edge',
  'Edge Mobile': 'Microsoft Edge',
  'Mac OS X': 'macOS',
  Ubuntu: 'Linux',
};
const plain = (name: string): string => SAME[name] ?? name;

it('agrees with an independent parser about systems, and about browsers but for a hundredth', () => {
  const [browserOf, systemOf] = [
    judge(rules.user_agent_parsers, 'family_replacement'),
    judge(rules.os_parsers, 'os_replacement'),
  ];
  const others = agents.filter(({ userAgent }) => of(userAgent).$os !== plain(systemOf(userAgent)));
  expect(others).toEqual([]);
  // 8 browsers that call themselves Safari: DuckDuckGo and Opera Touch, which the other parser does not know; and 4 that only it knows.
  const different = agents.filter(({ userAgent }) => of(userAgent).$browser !== plain(browserOf(userAgent)));
  expect(different.length).toBe(12);
});

it('remembers agents, a limited number of them', () => {
  const first = of(CHROME);
  expect(of(CHROME)).toBe(first);
  for (let i = 0; i < 5_000; i++) of(`curl/${i}`);
  expect(of(CHROME)).not.toBe(first);
  expect(of(CHROME)).toEqual(first);
});
