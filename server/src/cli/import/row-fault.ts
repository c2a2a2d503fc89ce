/** A row that can't become an event. It is reported with its line and this code. */
export class RowFault extends Error {
  readonly code: string;

  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }
}
