export function findFerretdb(): string | undefined;
export function ensureFerretdb(): void;
