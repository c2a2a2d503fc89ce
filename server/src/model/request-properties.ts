/** What a request from a page says about its visitor. The server writes these properties into `data` (docs/send-events/browser.md). */
export const REQUEST_PROPERTIES = [
  '$browser',
  '$browserVersion',
  '$os',
  '$deviceType',
  '$country',
  '$region',
  '$city',
] as const;
export type RequestProperty = (typeof REQUEST_PROPERTIES)[number];
export type RequestProperties = Readonly<Partial<Record<RequestProperty, string>>>;
