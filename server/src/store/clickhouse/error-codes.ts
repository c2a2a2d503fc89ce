/**
 * The engine's error codes that are not caused by rows or by a question (names from the engine's `errorCodeToName`).
 * For codes in neither list, the rows are at fault: they are halved until the bad one is alone and is rejected.
 */
const numbers = (text: string): string[] => text.trim().split(/\s+/);

/** The machine is at fault: the same request may succeed later. */
export const MACHINE_CODES: ReadonlySet<string> = new Set([
  // Files and disks: reading (32 also when a replica dies during an insert), writing, opening, fsync, space (243), links, directories.
  ...numbers(
    '24 32 74 75 76 77 83 87 88 107 172 204 214 226 243 272 273 274 275 294 400 424 458 463 504 521 531 566 586 590 615 641',
  ),
  // Memory, threads and other system resources; 677 cancelled thread.
  ...numbers('173 202 239 240 241 402 411 425 439 473 573 635 677 678 679 745 776 777 778'),
  // Time limits and stopped queries.
  ...numbers('159 160 236 394 734 735'),
  // Too many parts (252) and parts that are locked at the moment.
  ...numbers('252 384 738'),
  // Network.
  ...numbers('86 95 96 198 203 209 210 279 297 364 410 749 762 763'),
  // Clusters: keepers, replicas, quorums, tables that are read-only or restarting.
  ...numbers('225 242 244 254 265 285 286 289 319 369 415 416 529 568 571 574 659 695 696 722 733 774 904 999'),
  // Remote disks.
  ...numbers('499 500 660 662 693 707 737 771'),
  // Authentication and quotas: somebody can change them.
  ...numbers('192 193 194 201 290 516 700 720'),
  // Errors without a name.
  ...numbers('1000 1001 1002'),
]);

/** The statement, the schema or a permission is at fault, not the rows, which must not be rejected for it. */
export const STATEMENT_CODES: ReadonlySet<string> = new Set(
  numbers('16 46 47 60 62 73 81 115 164 218 291 344 452 471 472 478 479 497 701'),
);
