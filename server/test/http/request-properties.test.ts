import { afterEach, expect, it } from 'vitest';
import { aHttp, type Double, type DoubleOptions } from './doubles.ts';

const opened: Double[] = [];
const open = ({ config, ...options }: DoubleOptions = {}): Double => {
  const double = aHttp({ ...options, config: { requestProperties: true, ...config } });
  opened.push(double);
  return double;
};
afterEach(async () => {
  for (const { http } of opened.splice(0)) await http.close();
});

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:151.0) Gecko/20100101 Firefox/151.0';
const AGENT = { $browser: 'Firefox', $browserVersion: '151', $os: 'Linux', $deviceType: 'desktop' };
const PAGE = { origin: 'https://shop.example.com' };

/** @returns what the server knows of the visitor, or undefined */
async function posted(double: Double, headers: Record<string, string>, search = ''): Promise<unknown> {
  const url = `/api/events/shop?access_token=write${search}`;
  const headersSent = { 'user-agent': FIREFOX, ...headers };
  const answer = await double.http.inject({ method: 'POST', url, payload: '{"event":"a"}', headers: headersSent });
  expect(answer.statusCode).toBe(201);
  return double.posted.at(-1)!.properties;
}

it('reads what a page says, and nothing of what programs say', async () => {
  const double = open();
  expect(await posted(double, PAGE)).toEqual(AGENT);
  expect(await posted(double, {}, '&device=daily')).toEqual(AGENT);
  expect(await posted(double, {})).toBeUndefined();
});

it('reads nothing when it is switched off', async () => {
  expect(await posted(open({ config: { requestProperties: false } }), PAGE)).toBeUndefined();
});

it('looks up the place of the address', async () => {
  const places: Record<string, object> = {
    '127.0.0.1': { country: 'CH', region: 'ZH', city: 'Zürich' },
    '192.0.2.7': { country: 'NZ' },
  };
  const placeOf = (address: string) => places[address];
  expect(await posted(open({ placeOf }), PAGE)).toEqual({ ...AGENT, $country: 'CH', $region: 'ZH', $city: 'Zürich' });
  const proxied = { ...PAGE, 'x-forwarded-for': '192.0.2.7' };
  expect(await posted(open({ placeOf }), proxied)).toMatchObject({ $country: 'CH' });
  const behind = open({ placeOf, config: { trustProxy: true } });
  expect(await posted(behind, proxied)).toEqual({ ...AGENT, $country: 'NZ' });
  expect(await posted(behind, { ...PAGE, 'x-forwarded-for': '198.51.100.1' })).toEqual(AGENT);
});

it.each(['cf-ipcountry', 'cloudfront-viewer-country', 'x-vercel-ip-country', 'x-appengine-country', 'x-country-code'])(
  'believes %s behind a proxy, and only there',
  async (name) => {
    const placeOf = () => ({ country: 'CH', city: 'Bern' });
    const [direct, behind] = [open({ placeOf }), open({ placeOf, config: { trustProxy: 1 } })];
    const country = async (double: Double, value: string): Promise<unknown> => {
      const { $country, $city } = (await posted(double, { ...PAGE, [name]: value })) as Record<string, string>;
      return [$country, $city];
    };
    expect(await country(direct, 'DE')).toEqual(['CH', 'Bern']);
    // The database means another place.
    expect(await country(behind, 'DE')).toEqual(['DE', undefined]);
    expect(await country(behind, 'CH')).toEqual(['CH', 'Bern']);
    // No country, Tor, and what is no code.
    for (const value of ['XX', 'ZZ', 'T1', 'de', 'Germany', ''])
      expect(await country(behind, value)).toEqual(['CH', 'Bern']);
  },
);
