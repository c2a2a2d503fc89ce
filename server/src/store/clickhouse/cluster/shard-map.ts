import { SeismoError } from '../../../model/errors.ts';
import type { Connection } from '../connection.ts';
import type { Row } from '../sql.ts';

const SHORT = { priority: 1, max_execution_time: 5 };

/** Which of the nodes hold which shard of a cluster. A node is asked once, when it first answers. */
export class ShardMap {
  readonly #nodes: readonly Connection[];
  readonly #cluster: string;
  readonly #shards = new Map<Connection, number>();
  #count = 0;

  constructor(nodes: readonly Connection[], cluster: string) {
    this.#nodes = nodes;
    this.#cluster = cluster;
  }

  /**
   * The nodes of each shard.
   * @throws STORE_UNAVAILABLE where no node of a shard is known, since none of them answers or none is listed in `connection`
   */
  async groups(): Promise<readonly (readonly Connection[])[]> {
    await Promise.allSettled(this.#nodes.filter((node) => !this.#shards.has(node)).map((node) => this.#ask(node)));
    const groups = Array.from({ length: this.#count }, (_, i) =>
      this.#nodes.filter((node) => this.#shards.get(node) === i + 1),
    );
    const missing = groups.findIndex((group) => group.length === 0);
    if (groups.length === 0 || missing !== -1)
      throw new SeismoError(
        'STORE_UNAVAILABLE',
        groups.length === 0
          ? `No node in \`connection\` belongs to the cluster \`${this.#cluster}\`. Run \`seismo cluster check\`.`
          : `No node of shard ${missing + 1} responds. List one of each shard in \`connection\`; \`seismo cluster check\` shows which there are.`,
      );
    return groups;
  }

  async #ask(node: Connection): Promise<void> {
    const [row] = await node.query<Row>(
      `SELECT max(shard_num) AS shards, maxIf(shard_num, is_local) AS own FROM system.clusters WHERE cluster = {c:String}`,
      { c: this.#cluster },
      { settings: SHORT },
    );
    const own = Number(row?.['own'] ?? 0);
    if (own === 0) return;
    this.#count = Math.max(this.#count, Number(row?.['shards']));
    this.#shards.set(node, own);
  }
}
