import { ArchiveMisconfigured, ArchiveUnavailable } from '../archive.ts';

/** What an error of MongoDB or its driver means to the person who runs Seismo. */
export function archiveFailure(error: unknown, database: string): Error {
  if (error instanceof ArchiveUnavailable || error instanceof ArchiveMisconfigured) return error;
  const sentence = sentenceOf(error, database);
  // The driver's errors may hold the connection string or documents, so only their text goes on, without credentials.
  const cause = new Error(withoutCredentials(textOf(error)));
  return new ArchiveUnavailable(`${sentence} Events wait in the journal until it works.`, { cause });
}

/** @see https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
const UNAUTHORIZED = new Set([13]);
const AUTHENTICATION = new Set([18]);
const DISK_FULL = new Set([14031, 39, 12501]);
const NOT_PRIMARY = new Set([10107, 13435, 13436, 189, 91, 11600, 11602]);

function sentenceOf(error: unknown, database: string): string {
  const text = withoutCredentials(textOf(error));
  const code = codeOf(error);
  if ((code === 8000 && /quota|space/i.test(text)) || DISK_FULL.has(code) || /no space left/i.test(text))
    return `MongoDB's disk is full (${text}). Free space there, or give it more.`;
  if (AUTHENTICATION.has(code) || /authentication failed|bad auth/i.test(text))
    return 'MongoDB does not accept the user and password in the setting. Correct them, and `authSource` if the user is kept in another database.';
  if (UNAUTHORIZED.has(code) || /not (authorized|allowed to do)/i.test(text))
    return `The MongoDB user may not do this (${text}). Grant it the role \`readWrite\` on the database \`${database}\`.`;
  if (/wire version|at least.*wire|requires at least/i.test(text))
    return `The MongoDB server is too old (${text}). Seismo needs MongoDB 4.4 or newer.`;
  if (NOT_PRIMARY.has(code)) return `MongoDB has no primary at the moment (${text}).`;
  if (/certificate|self[- ]signed|tls|ssl/i.test(text))
    return `The TLS connection to MongoDB failed (${text}). Name the authority's certificate with \`tlsCAFile\` in the setting.`;
  if (/ENOTFOUND|EAI_AGAIN|querySrv/.test(text))
    return `The host of MongoDB is not known (${text}). Correct its name in the setting, or the name server.`;
  if (/ECONNREFUSED|timed out|ETIMEDOUT|EHOSTUNREACH|ECONNRESET|closed/i.test(text))
    return `MongoDB does not respond (${text}). Start it, or correct its address in the setting.`;
  return `MongoDB reports: ${text}.`;
}

/** Of the error, or the write concern error inside. */
export function codeOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('code' in error)) return 0;
  return typeof error.code === 'number' ? error.code : 0;
}

/** With the reason why no server was found, which the driver keeps inside. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error.cause instanceof Error && !error.message.includes(error.cause.message) ? error.cause.message : '';
  return [error.message, inner].filter((part) => part !== '').join(': ');
}

/** `mongodb://user:password@host` → `mongodb://***@host`, wherever it stands. */
export const withoutCredentials = (text: string): string => text.replace(/\/\/[^\s/]*@/g, '//***@');

/**
 * Error codes of single documents that say that the document is at fault: what it holds, its size, a rule of the collection, or an index that
 * somebody added. Others are the machine's fault, and the documents are sent again.
 */
const DOCUMENT_FAULTS = new Set([
  2, // BadValue
  9, // FailedToParse
  14, // TypeMismatch
  15, // Overflow
  22, // InvalidBSON
  52, // DollarPrefixedFieldName
  53, // InvalidIdField
  55, // InvalidDBRef
  56, // EmptyFieldName
  57, // DottedFieldName
  121, // DocumentValidationFailure
  158, // an array where a time-series index has none
  171, // CannotIndexParallelArrays
  10003, // CannotGrowDocumentInCappedNamespace
  10334, // BSONObjectTooLarge
  11000, // a unique index that somebody added
  16755, // Can't extract geo keys
  16804, // Location object expected
  17280, // KeyTooLong
  17419, // document too large
]);

export interface WriteFault {
  readonly index: number;
  readonly code: number;
  readonly message: string;
  /** The document is there already. */
  readonly isPresent: boolean;
}

export const isDocumentFault = ({ code }: WriteFault): boolean => DOCUMENT_FAULTS.has(code);

/** What went wrong with single documents of a bulk write; undefined if the whole write failed. */
export function writeFaults(error: unknown): readonly WriteFault[] | undefined {
  if (!(error instanceof Error) || error.name !== 'MongoBulkWriteError' || !('writeErrors' in error)) return undefined;
  if (hasWriteConcernError(error)) return undefined;
  const faults: WriteFault[] = [];
  for (const each of [error.writeErrors].flat()) {
    if (typeof each !== 'object' || each === null || !('index' in each) || typeof each.index !== 'number')
      return undefined;
    const message = 'errmsg' in each && typeof each.errmsg === 'string' ? each.errmsg : '';
    const code = codeOf(each);
    faults.push({ index: each.index, code, message, isPresent: code === 11000 && isDuplicateId(message) });
  }
  return faults.length === 0 ? undefined : faults;
}

/** The documents are written, but not yet as durably as was asked. */
function hasWriteConcernError(error: object): boolean {
  if (!('result' in error) || typeof error.result !== 'object' || error.result === null) return false;
  const { result } = error;
  return (
    'getWriteConcernError' in result &&
    typeof result.getWriteConcernError === 'function' &&
    result.getWriteConcernError() !== undefined
  );
}

/** The driver passes on the text alone. Not every server says which index it was. */
const isDuplicateId = (message: string): boolean => !/ index: (?!_id_)/.test(message);
