/** The part of `negotiator` that we use. Its types on npm (0.6.5) lack the second argument of `encoding`. */
declare module 'negotiator' {
  export default class Negotiator {
    constructor(request: { readonly headers: Readonly<Record<string, string | undefined>> });
    mediaType(available: readonly string[]): string | undefined;
    encoding(available: readonly string[], options: { readonly preferred: readonly string[] }): string | undefined;
  }
}
