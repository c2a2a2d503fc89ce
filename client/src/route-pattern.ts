/** What Express sets on a request while it looks for its route. */
export interface Routed {
  baseUrl?: string | undefined;
  route?: { readonly path?: unknown } | undefined;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/** How far a request has got on the way to its route. */
interface Way {
  baseUrl: unknown;
  route: Routed['route'];
  /** The pattern so far. */
  base: string;
  pattern: string | undefined;
  /** The pattern of each mount address on the way. */
  bases: Map<unknown, string> | undefined;
}

const WAY = Symbol('seismo');
type Followed = Routed & { [WAY]?: Way };

const wayOf = (request: Followed): Way => {
  request[WAY] ??= { baseUrl: undefined, route: undefined, base: '', pattern: undefined, bases: undefined };
  return request[WAY];
};

/** The same functions for all requests: closures and a table for each cost a request several microseconds. */
const FOLLOWING: PropertyDescriptorMap & ThisType<Followed> = {
  baseUrl: {
    configurable: true,
    enumerable: true,
    get() {
      return this[WAY]?.baseUrl;
    },
    set(next: unknown) {
      const way = wayOf(this);
      if (next === way.baseUrl) return;
      const [from, to] = [String(way.baseUrl ?? ''), String(next ?? '')];
      // Longer: a router was entered, and `params` are those of its own path. Otherwise it was left.
      if (to.length > from.length && to.startsWith(from)) {
        way.bases ??= new Map();
        way.bases.set(to, way.base + patternOf(to.slice(from.length), this.params ?? {}));
      }
      way.base = way.bases?.get(to) ?? '';
      way.baseUrl = next;
    },
  },
  route: {
    configurable: true,
    enumerable: true,
    get() {
      return this[WAY]?.route;
    },
    set(next: Routed['route']) {
      const way = wayOf(this);
      way.route = next;
      if (next) way.pattern = way.base + pathOf(next.path) || '/';
    },
  },
};

/**
 * Follows Express on its way to the route. Express knows the pattern of a route, but of a router mounted at `/shops/:shop` it
 * keeps only the address (`baseUrl`), and loses that too when an error leaves the router: both are observed as they are set.
 */
export function followRoute(request: Followed): void {
  // Express 5 gives each application's requests a prototype before it sets anything: observing there costs a request nothing.
  const prototype = Object.getPrototypeOf(request);
  if (Object.hasOwn(prototype, 'app') && !Object.hasOwn(prototype, 'baseUrl'))
    Object.defineProperties(prototype, FOLLOWING);
  // Express 4, and the first request: it was set already, on the request itself.
  if (Object.hasOwn(request, 'baseUrl') || !Object.hasOwn(prototype, 'baseUrl')) {
    const { baseUrl, route } = request;
    Object.assign(wayOf(request), { baseUrl, route });
    Object.defineProperties(request, FOLLOWING);
  }
}

/** @returns the pattern; `undefined` when no route was reached or the request is not followed */
export const patternSeen = (request: Followed): string | undefined => request[WAY]?.pattern;

function pathOf(path: unknown): string {
  if (Array.isArray(path)) return path.map(pathOf).join(',');
  return path === '/' ? '' : String(path);
}

/** `/shops/42` with `{ shop: '42' }` → `/shops/:shop` */
function patternOf(address: string, params: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(params);
  if (names.length === 0) return address;
  const parts = address.split('/');
  for (const name of names) {
    const value = String(params[name]);
    if (value === '') continue;
    const whole = parts.findIndex((part) => decoded(part) === value);
    const at = whole >= 0 ? whole : parts.findIndex((part) => !part.startsWith(':') && decoded(part).includes(value));
    if (at >= 0) parts[at] = whole >= 0 ? `:${name}` : decoded(parts[at]!).replace(value, `:${name}`);
    // Several segments in one parameter, as `*rest` takes them.
    else if (decoded(parts.join('/')).includes(value)) return decoded(parts.join('/')).replace(value, `:${name}`);
  }
  return parts.join('/');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
