export interface ItemFacts {
  readonly id: string;
  /** From 1. Each change increments it. */
  readonly version: number;
  /** UTC ms */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Who created it, and who changed it last. */
  readonly createdBy: string;
  readonly updatedBy: string;
}
export type Item<Body> = ItemFacts & Body;
