export declare function cyclesOf(next: ReadonlyMap<string, readonly string[]>): string[];
