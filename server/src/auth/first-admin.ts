export interface FirstAdmin {
  readonly user: string;
  /** Shown only once; only its hash is stored. */
  readonly password: string;
}
