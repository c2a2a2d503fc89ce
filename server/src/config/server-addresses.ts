/** Where a ClickHouse server is, as one URL of the setting `connection` says. */
export interface ServerAddress {
  /** Origin: scheme, host and port. */
  readonly url: string;
  readonly database: string;
  readonly username?: string;
  readonly password?: string;
}

export interface ServerAddresses {
  /** At least one; all name the same database. */
  readonly servers: readonly ServerAddress[];
  /** The cluster that the servers are nodes of. */
  readonly cluster?: string;
}

const DATABASE = 'seismo';
const CLICKHOUSE_PORT = '8123';
const CLUSTER_NAME = /^[\w.-]{1,100}$/;

export const isServerUrl = (connection: string | undefined): connection is string =>
  connection !== undefined && /^[a-z]+:\/\//i.test(connection);

/** A comma in a user or a password stands there as `%2C`. */
const urlsOf = (connection: string): readonly string[] => connection.split(/\s*,\s*(?=[a-z]+:\/\/)/i);

/**
 * @param connection URLs, separated by commas; `?cluster=` of the first names the cluster, as `withCluster` writes it
 * @throws Error in words that follow the name of the setting, without the text, which may have a password in it
 */
export function serverAddresses(connection: string): ServerAddresses {
  const urls = urlsOf(connection);
  const addresses = urls.map((url) => addressOf(url));
  const { database } = addresses[0]!;
  if (addresses.some((each) => each.database !== database)) throw new Error('must name the same database in all URLs');
  if (new Set(addresses.map(({ url }) => url)).size < addresses.length) throw new Error('names a server twice');
  const cluster = new URL(urls[0]!).searchParams.get('cluster') ?? undefined;
  return { servers: addresses, ...(cluster !== undefined && { cluster: clusterName(cluster) }) };
}

function addressOf(text: string): ServerAddress {
  const scheme = text.slice(0, text.indexOf(':')).toLowerCase();
  if (!['http', 'https', 'clickhouse'].includes(scheme))
    throw new Error(
      `\`${scheme}://\` is not supported; use a directory, \`http(s)://\`, \`clickhouse://\` or \`mongodb://\``,
    );
  if (/[\s,]/.test(text))
    throw new Error(
      'has a space or a comma within a URL; separate URLs by commas, and write others as `%20` and `%2C`',
    );
  if (!URL.canParse(text)) throw new Error('is not a URL');
  // Of a scheme that it does not know, URL reads no host.
  const url = new URL(text.replace(/^clickhouse:/i, 'http:'));
  if (url.pathname.lastIndexOf('/') > 0) throw new Error('has more than the name of a database after the host');
  if (scheme === 'clickhouse' && url.port === '') url.port = CLICKHOUSE_PORT;
  return {
    url: url.origin,
    database: decodeURIComponent(url.pathname.slice(1)) || DATABASE,
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
  };
}

export function clusterName(value: unknown): string {
  if (typeof value !== 'string' || !CLUSTER_NAME.test(value))
    throw new Error("must be the name of a cluster in ClickHouse's `remote_servers`");
  return value;
}

/** The setting `cluster` as part of `connection`: what says where the events are is one text. */
export function withCluster(connection: string, cluster: string): string {
  const [first, ...more] = urlsOf(connection);
  const url = new URL(first!);
  url.searchParams.set('cluster', cluster);
  return [url.href, ...more].join(',');
}

/** For people and logs: never with users or passwords. */
export function describeServers(connection: string): string {
  const { servers, cluster } = serverAddresses(connection);
  const { database } = servers[0]!;
  const urls = servers.map(({ url }) => `${url}/${encodeURIComponent(database)}`).join(', ');
  return cluster === undefined ? urls : `the cluster ${cluster} (${urls})`;
}

/** Whether both name the same database of the same cluster or server: servers may have been added or removed. */
export function areSameServers(a: string, b: string): boolean {
  const [one, other] = [serverAddresses(a), serverAddresses(b)];
  const hosts = new Set(one.servers.map(placeOf));
  return one.cluster === other.cluster && other.servers.some((server) => hosts.has(placeOf(server)));
}

const placeOf = ({ url, database }: ServerAddress): string => `${url.replace(/^https?:/, '')}/${database}`;
