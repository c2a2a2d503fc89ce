/** Everything that is wrong with the configuration. */
export interface ConfigFault {
  readonly setting: string;
  /** What is wrong and what is allowed. */
  readonly message: string;
}

export class ConfigError extends Error {
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    super(faults.map(({ setting, message }) => `${setting}: ${message}`).join('\n'));
    this.name = 'ConfigError';
    this.faults = faults;
  }
}
