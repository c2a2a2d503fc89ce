import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TRAFFIC_SOURCES } from '../../src/model/traffic-sources.ts';
import { view } from './page-views.ts';
import { aWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await aWorld();
});
afterAll(() => world.close());

/** A visit by each of these, and what it must be: source and channel. */
const ORIGINS: readonly (readonly [data: Record<string, string>, source: string | undefined, channel: string])[] = [
  [{}, undefined, 'Direct'],
  [{ referrer: 'https://shop.example/cart' }, undefined, 'Direct'],
  [{ referrer: 'https://www.shop.example/cart' }, undefined, 'Direct'],
  [{ referrer: 'https://blog.shop.example/' }, 'blog.shop.example', 'Referral'],
  [{ referrer: 'https://www.google.com/' }, 'Google', 'Organic Search'],
  [{ referrer: 'https://www.google.co.uk/' }, 'Google', 'Organic Search'],
  [{ referrer: 'https://GOOGLE.ch/' }, 'Google', 'Organic Search'],
  [{ referrer: 'https://notgoogle.com/' }, 'notgoogle.com', 'Referral'],
  [{ referrer: 'https://google.com.evil.example/' }, 'google.com.evil.example', 'Referral'],
  [{ referrer: 'https://mail.google.com/mail/u/0' }, 'Gmail', 'Email'],
  [{ referrer: 'https://gemini.google.com/app' }, 'Gemini', 'AI Assistants'],
  [{ referrer: 'https://chatgpt.com/' }, 'ChatGPT', 'AI Assistants'],
  [{ utm_source: 'chatgpt.com' }, 'ChatGPT', 'AI Assistants'],
  [{ referrer: 'https://duckduckgo.com/' }, 'DuckDuckGo', 'Organic Search'],
  [{ referrer: 'https://search.yahoo.co.jp/' }, 'Yahoo', 'Organic Search'],
  [{ referrer: 'https://l.facebook.com/l.php' }, 'Facebook', 'Organic Social'],
  [{ referrer: 'https://t.co/abc' }, 'X', 'Organic Social'],
  [{ referrer: 'android-app://com.linkedin.android/' }, 'LinkedIn', 'Organic Social'],
  [{ referrer: 'https://news.ycombinator.com/item' }, 'Hacker News', 'Organic Social'],
  [{ referrer: 'https://www.youtube.com/watch' }, 'YouTube', 'Organic Video'],
  [{ referrer: 'https://www.amazon.de/' }, 'Amazon', 'Organic Shopping'],
  [{ referrer: 'https://www.google.com/', utm_medium: 'cpc' }, 'Google', 'Paid Search'],
  [{ utm_source: 'Google', utm_medium: 'CPC' }, 'Google', 'Paid Search'],
  [{ utm_source: 'adwords', utm_medium: 'ppc' }, 'Google', 'Paid Search'],
  [{ utm_source: 'fb', utm_medium: 'paid_social' }, 'Facebook', 'Paid Social'],
  [{ utm_source: 'youtube', utm_medium: 'cpv_cpc' }, 'YouTube', 'Paid Video'],
  [{ utm_source: 'etsy', utm_medium: 'paid' }, 'Etsy', 'Paid Shopping'],
  [{ utm_source: 'adnetwork', utm_medium: 'banner' }, 'adnetwork', 'Display'],
  [{ utm_source: 'adnetwork', utm_medium: 'cpm' }, 'adnetwork', 'Display'],
  [{ utm_source: 'podcast-ads', utm_medium: 'cpa_cpc' }, 'podcast-ads', 'Paid Other'],
  [{ utm_source: 'intranet', utm_medium: 'social-media' }, 'intranet', 'Organic Social'],
  [{ utm_source: 'intranet', utm_medium: 'video' }, 'intranet', 'Organic Video'],
  [{ utm_source: 'intranet', utm_medium: 'organic' }, 'intranet', 'Organic Search'],
  [{ utm_source: 'newsletter' }, 'newsletter', 'Email'],
  [{ utm_source: 'march', utm_medium: 'E-Mail' }, 'march', 'Email'],
  [{ utm_source: 'partner', utm_medium: 'affiliate' }, 'partner', 'Affiliates'],
  [{ utm_source: 'radio', utm_medium: 'audio' }, 'radio', 'Audio'],
  [{ utm_source: 'sms' }, 'sms', 'SMS'],
  [{ utm_source: 'app', utm_medium: 'push' }, 'app', 'Push Notifications'],
  [{ utm_source: 'app', utm_medium: 'referral' }, 'app', 'Referral'],
  [{ utm_source: 'poster', utm_medium: 'print' }, 'poster', 'Other'],
  [{ utm_source: 'direct' }, 'direct', 'Direct'],
  [{ referrer: 'https://www.example.org/a?b' }, 'example.org', 'Referral'],
  [{ referrer: 'nonsense' }, undefined, 'Direct'],
  [{ click_id: 'gclid' }, 'Google', 'Paid Search'],
  [{ click_id: 'gbraid', referrer: 'https://www.google.com/' }, 'Google', 'Paid Search'],
  [{ click_id: 'wbraid' }, 'Google', 'Paid Search'],
  [{ click_id: 'dclid', referrer: 'https://news.example/' }, 'Google', 'Display'],
  [{ click_id: 'msclkid' }, 'Bing', 'Paid Search'],
  [{ click_id: 'yclid' }, 'Yandex', 'Paid Search'],
  [{ click_id: 'ttclid' }, 'TikTok', 'Paid Social'],
  [{ click_id: 'twclid' }, 'X', 'Paid Social'],
  [{ click_id: 'li_fat_id' }, 'LinkedIn', 'Paid Social'],
  [{ click_id: 'rdt_cid' }, 'Reddit', 'Paid Social'],
  [{ click_id: 'fbclid', referrer: 'https://l.facebook.com/' }, 'Facebook', 'Organic Social'],
  // What the address says comes first.
  [{ click_id: 'gclid', utm_source: 'newsletter', utm_medium: 'email' }, 'newsletter', 'Email'],
  [{ click_id: 'gclid', utm_source: 'partner' }, 'partner', 'Paid Other'],
  [{ click_id: 'fbclid', utm_source: 'ig', utm_medium: 'paid' }, 'Instagram', 'Paid Social'],
  [{ click_id: 'other' }, undefined, 'Direct'],
];

it('sources have names and channels', async () => {
  await world.post(
    'origins',
    ORIGINS.map(([data], i) => view('03T10:00:00', { ...data, path: `/${i}` }, { session: `s${i}` })),
  );
  const byPage = async (field: string): Promise<ReadonlyMap<string, string | undefined>> => {
    const { result } = await world.ask<{ series: readonly { group: readonly { value?: string }[] }[] }>('origins', {
      ...{ kind: 'trend', from: '2026-03-03', to: '2026-03-03', series: [{}], limit: 100 },
      breakdown: ['session.entryPage', field],
    });
    return new Map(result.series.map(({ group: [page, value] }) => [page!.value!, value!.value]));
  };
  const [sources, channels] = [await byPage('session.source'), await byPage('session.channel')];
  const found = ORIGINS.map(([data], i) => [data, sources.get(`/${i}`), channels.get(`/${i}`)]);
  expect(found).toEqual(ORIGINS);
});

it('docs list the sources of each kind', () => {
  const page = readFileSync(new URL('../../../docs/concepts/visits.md', import.meta.url), 'utf8');
  for (const kind of new Set(TRAFFIC_SOURCES.map((source) => source.kind))) {
    const names = TRAFFIC_SOURCES.filter((source) => source.kind === kind).map(({ name }) => name);
    expect(page).toContain(`| ${kind} | ${names.join(', ')} |`);
  }
});
