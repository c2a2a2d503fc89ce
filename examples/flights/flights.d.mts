export const FLIGHTS: string;
export const APP: string;
export function importFlights(dataDir: string, folder: string): Promise<Record<string, number>>;
// biome-ignore lint/suspicious/noExplicitAny: answers of seven questions, whose numbers a test compares one by one
export function askAll(url: string, token: string): Promise<any>;
