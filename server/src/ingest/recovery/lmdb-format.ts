/** The part of liblmdb's format (data version 2, see lmdb-pages.ts) that is needed to read pages. */
export const HEADER_BYTES = 24;
/** Flags of a page. */
export const PAGE = { branch: 0x01, leaf: 0x02, overflow: 0x04, meta: 0x08 } as const;
/** Flags of an entry: its value has its own pages, is a tree, or is several values. */
export const NODE = { big: 0x01, tree: 0x02, duplicates: 0x04 } as const;
