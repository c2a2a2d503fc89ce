export interface ItemFacts {
  readonly id: string;
  /** From 1; a change makes the next. */
  readonly version: number;
  /** UTC ms */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Who made it, and who changed it last. */
  readonly createdBy: string;
  readonly updatedBy: string;
}
export type Item<Body> = ItemFacts & Body;
