/** What Express puts on a request while it looks for its route. */
export interface Routed {
  baseUrl?: string | undefined;
  route?: { readonly path?: unknown } | undefined;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Follows Express on its way to the route. Express knows the pattern of a route, but of a router mounted at `/shops/:shop` it
 * keeps the address alone (`baseUrl`), and forgets that too when an error leaves the router: both are seen as they are set.
 * @returns what tells the pattern, `undefined` when no route was reached
 */
export function followRoute(request: Routed): () => string | undefined {
  let baseUrl: unknown = request.baseUrl;
  let route = request.route;
  /** The pattern of where we are. */
  let base = '';
  let pattern: string | undefined;
  /** Pattern of each address on the way. */
  const bases = new Map<unknown, string>();
  Object.defineProperties(request, {
    baseUrl: {
      configurable: true,
      enumerable: true,
      get: () => baseUrl,
      set(next: unknown) {
        const [from, to] = [String(baseUrl ?? ''), String(next ?? '')];
        // Longer: a router was entered, and `params` are those of its own path. Else it was left.
        if (to.length > from.length && to.startsWith(from))
          bases.set(to, base + patternOf(to.slice(from.length), request.params ?? {}));
        base = bases.get(to) ?? '';
        baseUrl = next;
      },
    },
    route: {
      configurable: true,
      enumerable: true,
      get: () => route,
      set(next: typeof route) {
        route = next;
        if (next) pattern = base + pathOf(next.path) || '/';
      },
    },
  });
  return () => pattern;
}

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
    // Several parts in one parameter, as `*rest` takes them.
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
