import type { Command } from 'commander';
import { clusterReport } from '../app/cluster-report.ts';
import { loadConfig } from '../config/config.ts';
import type { ClusterReport, NodeReport } from '../model/cluster.ts';
import { type CommonOptions, sourcesOf, withFiles, withSettings } from './common.ts';
import { CommandFailure } from './failure.ts';
import { outputOf, table } from './output.ts';

export function addCluster(program: Command): void {
  const cluster = program.command('cluster').description('the ClickHouse cluster that holds the events');
  withSettings(withFiles(cluster.command('check')))
    .description('ask every node of `connection` whether the cluster can be used, and say what is missing')
    .action(async (options: CommonOptions & Record<string, unknown>) => {
      const { connection } = await loadConfig(sourcesOf(options));
      const report = await clusterReport(connection);
      if (report === undefined)
        throw new CommandFailure(
          'Set `connection` to the URLs of the nodes, separated by commas, and `cluster` to the name of the cluster.',
          2,
        );
      outputOf(options).result(report, textOf(report));
      if (report.faults.length > 0) process.exitCode = 1;
    });
}

function textOf({ cluster, shards, replicas, nodes, faults }: ClusterReport): string {
  const rows = table(['node', 'shard', 'replica', 'version', 'keeper', 'state'], nodes.map(rowOf));
  const size = `${shards} shard${shards === 1 ? '' : 's'}, ${replicas === 1 ? 'no replicas' : `up to ${replicas} replicas each`}`;
  const verdict =
    faults.length === 0
      ? `The cluster ${cluster} can be used: ${size}.`
      : `The cluster ${cluster} can't be used yet:\n${faults.map((fault) => `- ${fault.replaceAll('\n', '\n  ')}`).join('\n')}`;
  return `${rows}\n\n${verdict}`;
}

const rowOf = ({ url, failure, version, shard, replica, hasKeeper }: NodeReport): string[] => [
  url,
  shard === undefined ? '' : String(shard),
  replica === undefined ? '' : String(replica),
  version ?? '',
  hasKeeper === undefined ? '' : hasKeeper ? 'yes' : 'no',
  failure === undefined ? 'responds' : 'does not respond',
];
