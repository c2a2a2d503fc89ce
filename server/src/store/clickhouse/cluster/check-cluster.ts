import type { ClusterReport, NodeReport } from '../../../model/cluster.ts';
import type { Connection } from '../connection.ts';
import { failureReason } from '../failure-reason.ts';
import { quotedName } from '../sql-quotes.ts';
import { rowsTableOf } from './tables.ts';

/** The oldest version with the settings of tables that Seismo uses (schema.ts). */
const VERSION_MIN = '26.2';
const SHORT = { priority: 1, max_execution_time: 5 };
/** Of the grants that Seismo needs in its database. */
const GRANTS = ['SELECT', 'INSERT', 'ALTER', 'CREATE TABLE', 'DROP TABLE'] as const;

export interface NodeToCheck {
  readonly url: string;
  readonly database: string;
  readonly connection: Connection;
}

/** @param nodes in the order of `connection` */
export async function checkCluster(nodes: readonly NodeToCheck[], cluster: string): Promise<ClusterReport> {
  const looked = await Promise.all(nodes.map((node) => look(node, cluster)));
  const shards = Math.max(0, ...looked.map(({ shards }) => shards));
  const replicas = Math.max(0, ...looked.map(({ replicas }) => replicas));
  const faults = [...new Set(looked.flatMap((each) => each.faults))];
  const reports = looked.map(({ report }): NodeReport => report);
  const versions = new Set(reports.flatMap(({ version }) => version ?? []));
  if (versions.size > 1)
    faults.push(
      `The nodes run different versions of ClickHouse (${[...versions].join(', ')}). Run the same one on all.`,
    );
  const hosts = Math.max(0, ...looked.map((each) => each.hosts));
  const known = new Set(reports.flatMap(({ shard, replica }) => (shard === undefined ? [] : [`${shard} ${replica}`])));
  const areAllReached = reports.every(({ failure }) => failure === undefined);
  if (areAllReached && known.size < hosts)
    faults.push(
      `The cluster has ${hosts} nodes, but \`connection\` lists ${known.size} of them. Add the URLs of the others.`,
    );
  const [one] = nodes;
  if (faults.length === 0 && one !== undefined)
    await rowsTableOf(one.connection, cluster, '').catch((error: Error) => faults.push(error.message));
  return { cluster, shards, replicas, nodes: reports, faults };
}

interface Said {
  readonly version: string;
  /** Shards, replicas, nodes, and whether each shard copies rows to its replicas by itself. */
  readonly size: readonly (number | string)[];
  readonly own: readonly (readonly [number | string, number | string])[];
  readonly clusters: readonly string[];
  readonly macros: Readonly<Record<string, string>>;
  readonly keeper: number;
}

async function look({ url, database, connection }: NodeToCheck, cluster: string) {
  const nothing = { shards: 0, replicas: 0, hosts: 0 };
  let said: Said | undefined;
  try {
    // The database of the connection need not be there yet: a server rejects everything until it is.
    await connection.makeDatabase();
    [said] = await connection.query<Said>(
      `SELECT version() AS version,
        (SELECT (max(shard_num), max(replica_num), count(), min(internal_replication)) FROM system.clusters WHERE cluster = {c:String}) AS size,
        (SELECT groupArray((shard_num, replica_num)) FROM system.clusters WHERE cluster = {c:String} AND is_local) AS own,
        (SELECT groupArray(cluster) FROM (SELECT DISTINCT cluster FROM system.clusters ORDER BY cluster)) AS clusters,
        (SELECT mapFromArrays(groupArray(macro), groupArray(substitution)) FROM system.macros) AS macros,
        (SELECT count() FROM system.tables WHERE database = 'system' AND name = 'zookeeper') > 0 AS keeper`,
      { c: cluster },
      { settings: SHORT },
    );
  } catch (error) {
    const { text } = failureReason(error);
    return { ...nothing, report: { url, failure: text }, faults: [`${url} can't be used: ${text}`] };
  }
  const { size, own, macros, version, clusters, keeper } = said!;
  const [shards = 0, replicas = 0, hosts = 0, internal = 0] = size.map(Number);
  const [place] = own;
  const hasKeeper = Boolean(keeper);
  const faults: string[] = [];
  if (isOlder(version, VERSION_MIN))
    faults.push(`${url} runs ClickHouse ${version}. Seismo needs ${VERSION_MIN} or later.`);
  if (hosts === 0) faults.push(unknownCluster(url, cluster, clusters));
  else if (place === undefined)
    faults.push(
      `${url} is not a node of the cluster. Its own host and \`tcp_port\` must be listed in \`remote_servers\`.`,
    );
  if (replicas > 1 && internal === 0)
    faults.push(
      `${url} writes every event to each replica by itself. Add <internal_replication>true</internal_replication> to each <shard> of the cluster.`,
    );
  if (replicas > 1 && !hasKeeper) faults.push(`${url} has replicas but no keeper. ${KEEPER_XML}`);
  if (replicas > 1 && place !== undefined && (macros['shard'] === undefined || macros['replica'] === undefined))
    faults.push(`${url} lacks macros. Add ${macrosXml(Number(place[0]), Number(place[1]))}`);
  for (const grant of await missingGrants(connection, database))
    faults.push(`${url}: the user lacks ${grant} on the database \`${database}\`.`);
  return {
    shards,
    replicas,
    hosts,
    faults,
    report: {
      url,
      version,
      ...(place !== undefined && { shard: Number(place[0]), replica: Number(place[1]) }),
      hasKeeper,
      macros,
    },
  };
}

async function missingGrants({ bytes }: Connection, database: string): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const grant of GRANTS) {
    let answer = '';
    // The statement takes no format.
    for await (const piece of bytes(`CHECK GRANT ${grant} ON ${quotedName(database)}.*`)) answer += piece.toString();
    if (answer.trim() !== '1') missing.push(grant);
  }
  return missing;
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((each) => each.split('.').map(Number));
  return (a![0]! - b![0]! || a![1]! - b![1]!) < 0;
}

const unknownCluster = (url: string, cluster: string, known: readonly string[]): string =>
  `${url} has no cluster \`${cluster}\`${known.length > 0 ? ` (it has ${known.join(', ')})` : ''}. Add to its configuration:
<remote_servers><${cluster}>
  <shard><internal_replication>true</internal_replication>
    <replica><host>…</host><port>9000</port></replica>
  </shard>
</${cluster}></remote_servers>`;

const KEEPER_XML = `Add to its configuration:
<zookeeper><node><host>…</host><port>9181</port></node></zookeeper>`;

const macrosXml = (shard: number, replica: number): string =>
  `to its configuration:
<macros><shard>${shard}</shard><replica>${replica}</replica></macros>`;
