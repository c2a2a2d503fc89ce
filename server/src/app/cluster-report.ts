import { isServerUrl, serverAddresses } from '../config/server-addresses.ts';
import type { ClusterReport } from '../model/cluster.ts';
import { checkCluster } from '../store/clickhouse/cluster/check-cluster.ts';
import { openConnection } from '../store/clickhouse/connection.ts';

/** What every node of the cluster that the setting `connection` names says; undefined where it names none. */
export async function clusterReport(connection: string | undefined): Promise<ClusterReport | undefined> {
  const found = isServerUrl(connection) ? serverAddresses(connection) : undefined;
  if (found?.cluster === undefined) return undefined;
  const nodes = found.servers.map((address) => ({
    url: address.url,
    database: address.database,
    connection: openConnection(address, { logger: { warn() {} } }),
  }));
  try {
    return await checkCluster(nodes, found.cluster);
  } finally {
    await Promise.all(nodes.map(({ connection: each }) => each.close()));
  }
}
