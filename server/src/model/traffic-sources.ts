/**
 * Where visits come from: sites that people know by a name, and the kind of each. docs/concepts/visits.md says how channels follow. The kinds are
 * those of Google Analytics' default channel group; AI assistants are a kind of their own there too.
 */
export type SourceKind = 'search' | 'social' | 'video' | 'email' | 'ai' | 'shopping';

export interface TrafficSource {
  readonly name: string;
  readonly kind: SourceKind;
  /** Without `www.` and the prefixes of mobile sites; a subdomain counts only if it is listed. */
  readonly hosts: readonly string[];
  /** In every country: `google` stands for google.com, google.ch and google.co.uk. */
  readonly brand?: string;
  /** What else `utm_source` calls it, in lower case; name, hosts and brand are understood anyway. */
  readonly aliases?: readonly string[];
}

const source = (
  kind: SourceKind,
  name: string,
  hosts: readonly string[],
  more: Pick<TrafficSource, 'brand' | 'aliases'> = {},
): TrafficSource => ({ kind, name, hosts, ...more });

export const TRAFFIC_SOURCES: readonly TrafficSource[] = [
  source('search', 'Google', ['googleapis.com', 'syndicatedsearch.goog'], {
    brand: 'google',
    aliases: ['adwords', 'googleads', 'google_ads', 'google-ads'],
  }),
  source('search', 'Bing', ['bing.com', 'edgeservices.bing.com'], { aliases: ['bingads', 'microsoft', 'msn'] }),
  source('search', 'DuckDuckGo', ['duckduckgo.com'], { aliases: ['ddg'] }),
  source('search', 'Yahoo', ['search.yahoo.com', 'r.search.yahoo.com'], { brand: 'yahoo' }),
  source('search', 'Yandex', ['ya.ru'], { brand: 'yandex' }),
  source('search', 'Baidu', ['baidu.com']),
  source('search', 'Ecosia', ['ecosia.org']),
  source('search', 'Brave Search', ['search.brave.com']),
  source('search', 'Startpage', ['startpage.com']),
  source('search', 'Qwant', ['qwant.com']),
  source('search', 'Kagi', ['kagi.com']),
  source('search', 'Naver', ['search.naver.com', 'naver.com']),
  source('search', 'Seznam', ['search.seznam.cz', 'seznam.cz']),
  source('search', 'Sogou', ['sogou.com']),
  source('search', 'Swisscows', ['swisscows.com']),
  source('search', 'Mojeek', ['mojeek.com']),
  source('search', 'Ask', ['ask.com']),
  source('search', 'AOL', ['search.aol.com', 'aol.com']),
  source('ai', 'ChatGPT', ['chatgpt.com', 'chat.openai.com'], { aliases: ['openai'] }),
  source('ai', 'Claude', ['claude.ai'], { aliases: ['anthropic'] }),
  source('ai', 'Gemini', ['gemini.google.com', 'bard.google.com']),
  source('ai', 'Perplexity', ['perplexity.ai']),
  source('ai', 'Copilot', ['copilot.microsoft.com', 'copilot.com']),
  source('ai', 'DeepSeek', ['chat.deepseek.com', 'deepseek.com']),
  source('ai', 'Grok', ['grok.com']),
  source('ai', 'Le Chat', ['chat.mistral.ai'], { aliases: ['mistral'] }),
  source('ai', 'Meta AI', ['meta.ai']),
  source('ai', 'Poe', ['poe.com']),
  source('ai', 'You.com', ['you.com']),
  source('ai', 'Phind', ['phind.com']),
  source('social', 'Facebook', ['facebook.com', 'fb.com', 'fb.me'], { aliases: ['fb', 'meta', 'facebook_ads'] }),
  source('social', 'Instagram', ['instagram.com'], { aliases: ['ig'] }),
  source('social', 'Threads', ['threads.net', 'threads.com']),
  source('social', 'X', ['t.co', 'x.com', 'twitter.com', 'com.twitter.android'], { aliases: ['twitter'] }),
  source('social', 'LinkedIn', ['linkedin.com', 'lnkd.in', 'com.linkedin.android']),
  source('social', 'Reddit', ['reddit.com', 'com.reddit.frontpage']),
  source('social', 'Pinterest', ['pin.it'], { brand: 'pinterest' }),
  source('social', 'TikTok', ['tiktok.com']),
  source('social', 'Snapchat', ['snapchat.com']),
  source('social', 'Mastodon', ['mastodon.social', 'mastodon.online', 'org.joinmastodon.android']),
  source('social', 'Bluesky', ['bsky.app', 'go.bsky.app']),
  source('social', 'Hacker News', ['news.ycombinator.com'], { aliases: ['hackernews', 'hn'] }),
  source('social', 'Lobsters', ['lobste.rs']),
  source('social', 'Product Hunt', ['producthunt.com'], { aliases: ['producthunt'] }),
  source('social', 'Quora', ['quora.com']),
  source('social', 'Stack Overflow', ['stackoverflow.com']),
  source('social', 'Discord', ['discord.com', 'discordapp.com']),
  source('social', 'Slack', ['app.slack.com', 'slack.com']),
  source('social', 'Telegram', ['t.me', 'web.telegram.org', 'org.telegram.messenger']),
  source('social', 'WhatsApp', ['whatsapp.com', 'wa.me', 'web.whatsapp.com']),
  source('social', 'VK', ['vk.com', 'vk.ru']),
  source('social', 'Weibo', ['weibo.com', 'weibo.cn']),
  source('social', 'Xing', ['xing.com']),
  source('social', 'Tumblr', ['tumblr.com']),
  source('social', 'Medium', ['medium.com']),
  source('social', 'DEV', ['dev.to']),
  source('video', 'YouTube', ['youtube.com', 'youtu.be'], { aliases: ['yt'] }),
  source('video', 'Vimeo', ['vimeo.com']),
  source('video', 'Twitch', ['twitch.tv']),
  source('video', 'Dailymotion', ['dailymotion.com']),
  source('email', 'Gmail', ['mail.google.com', 'com.google.android.gm']),
  source('email', 'Outlook', ['outlook.live.com', 'outlook.office.com', 'outlook.office365.com']),
  source('email', 'Yahoo Mail', ['mail.yahoo.com']),
  source('email', 'Proton Mail', ['mail.proton.me']),
  source('email', 'Mailchimp', ['mailchi.mp']),
  source('shopping', 'Amazon', [], { brand: 'amazon' }),
  source('shopping', 'eBay', [], { brand: 'ebay' }),
  source('shopping', 'Etsy', ['etsy.com']),
];

/**
 * Parameters that advertisers and networks add to links, by which a click is recognized where the address has no `utm_source`. Those of
 * advertisers mean that the click was paid for; `fbclid` is on every link out of Facebook.
 */
export const CLICK_IDS: readonly { readonly parameter: string; readonly source: string; readonly medium: string }[] = [
  { parameter: 'gclid', source: 'Google', medium: 'cpc' },
  { parameter: 'gbraid', source: 'Google', medium: 'cpc' },
  { parameter: 'wbraid', source: 'Google', medium: 'cpc' },
  { parameter: 'dclid', source: 'Google', medium: 'display' },
  { parameter: 'msclkid', source: 'Bing', medium: 'cpc' },
  { parameter: 'yclid', source: 'Yandex', medium: 'cpc' },
  { parameter: 'ttclid', source: 'TikTok', medium: 'paid' },
  { parameter: 'twclid', source: 'X', medium: 'paid' },
  { parameter: 'li_fat_id', source: 'LinkedIn', medium: 'paid' },
  { parameter: 'rdt_cid', source: 'Reddit', medium: 'paid' },
  { parameter: 'fbclid', source: 'Facebook', medium: '' },
];
