/** A row that cannot become an event; it is reported with its place and this code. */
export class RowFault extends Error {
  readonly code: string;

  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }
}
