/** What a node says of itself. */
export interface NodeReport {
  readonly url: string;
  /** Why it does not answer; everything else is absent then. */
  readonly failure?: string;
  readonly version?: string;
  /** Its place in the cluster; absent: it knows the cluster and is none of its nodes. */
  readonly shard?: number;
  readonly replica?: number;
  readonly hasKeeper?: boolean;
  readonly macros?: Readonly<Record<string, string>>;
}

export interface ClusterReport {
  readonly cluster: string;
  /** As the nodes have it in `remote_servers`. */
  readonly shards: number;
  readonly replicas: number;
  readonly nodes: readonly NodeReport[];
  /** What has to change, each with what to do. Empty: the cluster can be used. */
  readonly faults: readonly string[];
}
