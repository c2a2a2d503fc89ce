// Sample data to look at: some 20,000 events of a shop in the last 30 days. The same at every run, apart from the time it ends at.

const DAY = 86_400_000;
const DAYS = 30;
const SEED = 7;

const NAMES = 'Ada Ben Cas Dana Eli Fay Gus Hana Ivo Jana Kai Lena Mia Nils Ola Pia Quin Rosa Sven Tara'.split(' ');
const SURNAMES = 'Ahlberg Bauer Costa Dubois Eriksen Fischer Garcia Huber Ivanov Jansen Keller Lopez'.split(' ');
const PRODUCTS = [
  ['lamp', 'Light', 39],
  ['desk', 'Furniture', 249],
  ['chair', 'Furniture', 129.5],
  ['mug', 'Kitchen', 12],
  ['kettle', 'Kitchen', 59.9],
  ['rug', 'Textiles', 89],
  ['clock', 'Light', 24.5],
  ['plant', 'Garden', 18],
];
const COUNTRIES = { CH: 30, DE: 28, AT: 10, FR: 10, GB: 8, US: 8, IT: 6 };
const SOURCES = { google: 34, direct: 30, newsletter: 14, instagram: 12, partner: 6 };
/** Where a visit of each source says it comes from. */
const ORIGINS = {
  google: { referrer: 'https://www.google.com/' },
  direct: {},
  newsletter: { utm_source: 'newsletter', utm_medium: 'email', utm_campaign: 'autumn' },
  instagram: { referrer: 'https://l.instagram.com/' },
  partner: { referrer: 'https://partner.example/offers' },
};
/** The browser, the system and the screen of a visitor, by the kind of device. */
const PROGRAMS = {
  mobile: [
    ['Safari', '26', 'iOS', 390, 844],
    ['Chrome', '141', 'Android', 412, 915],
    ['Samsung Internet', '28', 'Android', 384, 832],
  ],
  desktop: [
    ['Chrome', '141', 'Windows', 1920, 1080],
    ['Chrome', '140', 'macOS', 1512, 982],
    ['Firefox', '144', 'Linux', 1920, 1200],
    ['Edge', '141', 'Windows', 1536, 864],
  ],
  tablet: [['Safari', '26', 'iOS', 820, 1180]],
};
const LANGUAGES = { CH: 'de-CH', DE: 'de-DE', AT: 'de-AT', FR: 'fr-FR', GB: 'en-GB', US: 'en-US', IT: 'it-IT' };
const KINDS = { mobile: 55, desktop: 40, tablet: 5 };
/** The usual response time of a route, ms. */
const ROUTES = {
  'GET /': 14,
  'GET /products': 22,
  'GET /products/:id': 35,
  'GET /search': 95,
  'POST /cart': 41,
  'GET /cart': 30,
  'POST /checkout': 310,
  'POST /login': 240,
};
const VITALS = { LCP: 1500, INP: 110, CLS: 0.05, TTFB: 260 };
const ERRORS = [
  ['TypeError', "Cannot read properties of undefined (reading 'price')"],
  ['NetworkError', 'Failed to fetch'],
  ['RangeError', 'Invalid time value'],
];
/** How busy an hour of the day is, UTC. */
const HOURS = [2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 11, 12, 11, 10, 10, 10, 11, 12, 13, 13, 11, 8, 4];

/** A small generator (mulberry32): the sample does not change from run to run. */
function dice(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (from, to) => from + Math.floor(next() * (to - from + 1));
  const pick = (list) => list[int(0, list.length - 1)];
  const weighted = (table) => {
    let left = next() * Object.values(table).reduce((sum, weight) => sum + weight, 0);
    for (const [key, weight] of Object.entries(table)) {
      left -= weight;
      if (left <= 0) return key;
    }
    return Object.keys(table)[0];
  };
  const around = (median, spread) =>
    median * Math.exp(spread * Math.sqrt(-2 * Math.log(next() || 1e-9)) * Math.cos(2 * Math.PI * next()));
  return { next, chance: (share) => next() < share, int, pick, weighted, around };
}

/** @param {number} now epoch milliseconds @returns {object[]} events as they are posted, the oldest first */
export function sampleEvents(now) {
  const { next, chance, int, pick, weighted, around } = dice(SEED);
  const start = now - DAYS * DAY;
  const events = [];
  const add = (timestamp, event, who, data) => {
    if (timestamp <= now) events.push({ event, timestamp: Math.round(timestamp), ...who, data });
  };

  const request = (at, name) => {
    const [method, route] = name.split(' ');
    const status = Number(weighted({ 200: 95, 304: 2, 404: 2, 500: name === 'POST /checkout' ? 2.5 : 0.5 }));
    add(at, 'request', {}, { method, route, status, ms: Math.round(around(ROUTES[name], 0.55) * 10) / 10 });
  };

  const visit = (visitor, begin, number) => {
    let at = begin;
    const { device, country, kind, source } = visitor;
    const session = `${device}-${number}`;
    const does = (event, data) => add(at, event, { ...visitor.who, device, session }, data);
    const view = (path, route) => {
      does('page viewed', {
        host: 'shop.example',
        path,
        country,
        device: kind,
        ...(number === 1 && { source }),
        ...visitor.program,
        ...(at === begin && ORIGINS[source]),
      });
      request(at + 200, route);
      if (chance(0.15)) {
        const metric = weighted({ LCP: 4, INP: 3, CLS: 2, TTFB: 3 });
        does('web vital', { metric, value: Math.round(around(VITALS[metric], 0.5) * 1e4) / 1e4, path });
      }
      if (chance(0.008)) {
        const [name, message] = pick(ERRORS);
        does('error', { name, message, path, file: 'assets/index.js', line: int(1, 900) });
      }
      at += int(5, 80) * 1000;
    };
    view(...(chance(0.7) ? ['/', 'GET /'] : ['/products', 'GET /products']));
    if (chance(0.25)) return;
    if (chance(0.25)) {
      does('searched', { query: pick(['lamp', 'desk', 'oak', 'gift']), results: int(0, 40) });
      request(at + 300, 'GET /search');
    }
    const cart = [];
    for (let looks = int(1, 4); looks > 0; looks--) {
      const [product, category, price] = pick(PRODUCTS);
      view(`/products/${product}`, 'GET /products/:id');
      does('product viewed', { product, category, price });
      if (!chance(0.3)) continue;
      cart.push({ product, category, price });
      at += 4000;
      does('added to cart', { product, category, price, quantity: int(1, 3) });
      request(at, 'POST /cart');
    }
    if (!visitor.who && chance(0.25)) {
      const name = `${pick(NAMES)} ${pick(SURNAMES)}`;
      const user = `${name.toLowerCase().replace(' ', '.')}.${device.slice(2)}`;
      const plan = weighted({ free: 70, pro: 25, team: 5 });
      visitor.who = { user };
      does('signed up', { plan, source, country });
      does('$identify', { name, email: `${user}@mail.example`, plan, country });
      request(at + 100, 'POST /login');
      at += 20_000;
    }
    if (cart.length === 0 || chance(0.25)) return;
    view('/cart', 'GET /cart');
    const price = cart.reduce((sum, bought) => sum + bought.price, 0);
    does('checkout started', { items: cart.length, price });
    request(at, 'POST /checkout');
    at += int(20, 200) * 1000;
    // Four days ago payments failed.
    const failing = now - at > 4 * DAY && now - at < 5 * DAY;
    if (chance(failing ? 0.6 : 0.06))
      does('error', { name: 'PaymentError', message: 'Card declined', path: '/checkout' });
    else if (chance(0.75)) does('purchased', { ...cart[0], price, items: cart.length, country });
  };

  const moment = (day) => {
    for (;;) {
      const at = start + day * DAY + next() * DAY;
      if (next() * 13 < HOURS[new Date(at).getUTCHours()]) return at;
    }
  };
  let visitors = 0;
  const visitor = () => {
    const device = `d-${(++visitors).toString(36).padStart(4, '0')}`;
    const country = weighted(COUNTRIES);
    const kind = weighted(KINDS);
    return {
      device,
      country,
      kind,
      source: weighted(SOURCES),
      program: programOf(kind, country, visitors),
      who: undefined,
    };
  };
  for (let first = 0; first < DAYS; first++) {
    const saturday = new Date(start + first * DAY).getUTCDay() === 6;
    // A growing shop.
    for (let left = Math.round((20 + 0.8 * first) * (saturday ? 0.65 : 1)); left > 0; left--) {
      const one = visitor();
      const faithful = 0.3 + 0.5 * next();
      let visits = 0;
      for (let day = first; day < DAYS; day += Math.ceil(around(2.5, 0.9))) {
        visit(one, moment(day), ++visits);
        if (!chance(faithful)) break;
      }
    }
  }
  // Someone was here a moment ago, whatever the hour.
  for (let minutes = 1; minutes < 120; minutes += int(1, 9)) visit(visitor(), now - minutes * 60_000, 1);
  return events.sort((a, b) => a.timestamp - b.timestamp);
}

/** What the request of a visitor says. */
function programOf(kind, country, number) {
  const all = PROGRAMS[kind];
  const [$browser, $browserVersion, $os, width, height] = all[((number * 7) % 10) % all.length];
  const language = LANGUAGES[country];
  return {
    $browser,
    $browserVersion,
    $os,
    $deviceType: kind,
    $country: country,
    language,
    width,
    screen: `${width}x${height}`,
  };
}

export const FUNNEL = {
  kind: 'funnel',
  last: '30d',
  window: '7d',
  steps: ['page viewed', 'product viewed', 'added to cart', 'checkout started', 'purchased'].map((event) => ({
    event,
  })),
};

/**
 * Fills a server.
 * @param {(method: string, path: string, body?: unknown) => Promise<any>} api sends a request as an admin
 * @returns {Promise<{events: number, user: string, dashboard: string, share: string}>} what there is to open: ids, and the token of a share link
 */
export async function fill(api, now) {
  const events = sampleEvents(now);
  for (let from = 0; from < events.length; from += 5000) {
    const { rejectedTotal } = await api('POST', '/api/events/shop', events.slice(from, from + 5000));
    if (rejectedTotal > 0) throw new Error(`${rejectedTotal} events of the sample were rejected`);
  }
  // A fresh question: the store catches up first.
  await api('GET', '/api/apps/shop/events');
  const app = '/api/apps/shop';
  await api('PATCH', app, { name: 'The shop', timeZone: 'Europe/Zurich', weekStart: 'monday' });
  const date = (back) => new Date(now - back * DAY).toISOString().slice(0, 10);
  await api('POST', `${app}/annotations`, { date: date(12), text: 'Version 2 released' });
  await api('POST', `${app}/annotations`, { date: date(4), text: 'Payments failed' });
  await api('POST', `${app}/segments`, {
    name: 'Buyers',
    segment: { did: { event: 'purchased' }, atLeast: 1, last: '30d' },
  });
  const report = async (name, chart, question) => (await api('POST', `${app}/reports`, { name, chart, question })).id;
  const trend = (series) => ({ kind: 'trend', last: '30d', interval: 'day', series });
  const revenue = await report(
    'Revenue by day',
    'bar',
    trend([{ event: 'purchased', measure: 'sum', property: 'data.price' }]),
  );
  const funnel = await report('From visit to purchase', 'funnel', FUNNEL);
  const buyers = { kind: 'trend', last: '30d', series: [{ event: 'purchased', measure: 'users' }] };
  const visitorsQuestion = trend([{ event: 'page viewed', measure: 'users' }, { event: 'signed up' }]);
  const tiles = [
    { x: 0, y: 0, w: 8, h: 4, report: revenue },
    { x: 8, y: 0, w: 4, h: 4, name: 'Buyers', chart: 'number', question: buyers },
    { x: 0, y: 4, w: 6, h: 4, name: 'Visitors', chart: 'line', question: visitorsQuestion },
    { x: 6, y: 4, w: 6, h: 4, report: funnel },
  ];
  const { id } = await api('POST', `${app}/dashboards`, { name: 'Front page', description: 'For the wall', tiles });
  const { url } = await api('POST', `${app}/dashboards/${id}/share`, {});
  // The user with the most events has the most to show.
  const counts = new Map();
  for (const { user } of events) if (user) counts.set(user, (counts.get(user) ?? 0) + 1);
  const [user] = [...counts].sort((a, b) => b[1] - a[1])[0];
  return { events: events.length, user, dashboard: id, share: url.slice(url.lastIndexOf('/') + 1) };
}
