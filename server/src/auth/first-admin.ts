export interface FirstAdmin {
  readonly user: string;
  /** Shown this once; only its hash is stored. */
  readonly password: string;
}
