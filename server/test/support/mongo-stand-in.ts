/**
 * Speaks MongoDB's wire protocol on a port of its own, and does on purpose what a real server does rarely: it answers with any error, cuts the
 * connection before or after the server has done what was asked, or is a server that tests make up. With `upstream`, whatever
 * `intercept` leaves alone goes to a real server (mongo-server.ts) and back.
 */
import { createServer, type Socket, connect as tcpConnect } from 'node:net';
import { BSON } from 'mongodb';
import { atFileEnd } from './at-file-end.ts';

type Doc = BSON.Document;

/** What happens to one command. Undefined: it goes to the real server; without one, `hello`, `ping` and `endSessions` are answered. */
export type Action =
  /** It never reaches the server. Errors are `{ok: 0, code, codeName, errmsg}`; `ok: 1` is added if absent. */
  | { readonly answer: Doc }
  /** The server does it, and its answer is changed. */
  | { readonly change: (answer: Doc) => Doc }
  /** The connection ends before the server gets it. */
  | 'cut'
  /** The server does it, and the connection ends before the answer. */
  | 'cut after';

/** @param command as in the shell: its first key is its name; lists of documents (`documents`, `updates`) are inside */
export type Intercept = (command: Doc, name: string) => Action | undefined | Promise<Action | undefined>;

export interface MongoStandIn {
  readonly url: string;
  readonly port: number;
  /** Names of the commands so far, without `hello` and the like. */
  readonly commands: readonly string[];
  close(): Promise<void>;
}

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER_BYTES = 16;
const QUIET = new Set(['hello', 'ismaster', 'isMaster', 'ping', 'endSessions', 'saslStart', 'saslContinue']);
/** As of MongoDB 7.0. */
export const HELLO: Doc = {
  helloOk: true,
  isWritablePrimary: true,
  ismaster: true,
  maxBsonObjectSize: 16 * 1024 * 1024,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  minWireVersion: 0,
  maxWireVersion: 21,
  readOnly: false,
  ok: 1,
};

/** Closed when the tests of the file are over. */
export async function startMongoStandIn(
  intercept: Intercept,
  upstream?: { readonly port: number },
): Promise<MongoStandIn> {
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const real = upstream && tcpConnect(upstream.port, '127.0.0.1');
    const ends = real ? [client, real] : [client];
    for (const socket of ends) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        for (const other of ends) other.destroy();
      });
    }
    const cut = (): void => void client.destroy();
    /** By request: what becomes of its answer. */
    const pending = new Map<number, Action>();
    onMessages(client, async (message) => {
      const request = message.readInt32LE(4);
      const { command, isQuery } = requestOf(message);
      const [name = ''] = Object.keys(command);
      if (!QUIET.has(name)) commands.push(name);
      const action = (await intercept(command, name)) ?? (real ? undefined : defaultOf(name));
      if (action === 'cut') cut();
      else if (typeof action === 'object' && 'answer' in action)
        client.write(responseOf({ ok: 1, ...action.answer }, request, isQuery));
      else {
        if (action !== undefined) pending.set(request, action);
        real?.write(message);
      }
    });
    if (real)
      onMessages(real, (message) => {
        const request = message.readInt32LE(8);
        const action = pending.get(request);
        pending.delete(request);
        if (action === 'cut after') cut();
        else if (typeof action === 'object' && 'change' in action)
          client.write(responseOf(action.change(answerOf(message)), request, message.readInt32LE(12) === OP_REPLY));
        else client.write(message);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  atFileEnd(close);
  return { url: `mongodb://127.0.0.1:${port}/?directConnection=true&retryWrites=false`, port, commands, close };
}

function defaultOf(name: string): Action {
  if (/^(hello|ismaster)$/i.test(name)) return { answer: HELLO };
  if (name === 'ping' || name === 'endSessions') return { answer: {} };
  return { answer: { ok: 0, code: 59, codeName: 'CommandNotFound', errmsg: `no such command: '${name}'` } };
}

/** Whole messages, one after another. */
function onMessages(socket: Socket, take: (message: Buffer) => void | Promise<void>): void {
  let rest: Buffer = Buffer.alloc(0);
  let turn: Promise<void> = Promise.resolve();
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= HEADER_BYTES && rest.length >= rest.readInt32LE(0)) {
      const message = rest.subarray(0, rest.readInt32LE(0));
      rest = rest.subarray(message.length);
      turn = turn.then(() => take(message));
      turn.catch((error: unknown) => socket.destroy(error as Error));
    }
  });
}

function requestOf(message: Buffer): { command: Doc; isQuery: boolean } {
  if (message.readInt32LE(12) === OP_QUERY) {
    const end = message.indexOf(0, HEADER_BYTES + 4);
    return { command: documentAt(message, end + 1 + 8), isQuery: true };
  }
  return { command: bodyOf(message), isQuery: false };
}

const answerOf = (message: Buffer): Doc =>
  message.readInt32LE(12) === OP_REPLY ? documentAt(message, HEADER_BYTES + 20) : bodyOf(message);

/** Of an OP_MSG: its document, with the lists that are sent beside it. */
function bodyOf(message: Buffer): Doc {
  const hasChecksum = (message.readInt32LE(HEADER_BYTES) & 1) !== 0;
  const end = message.length - (hasChecksum ? 4 : 0);
  let body: Doc = {};
  const lists: Doc = {};
  for (let at = HEADER_BYTES + 4; at < end; ) {
    const kind = message[at++];
    const size = message.readInt32LE(at);
    if (kind === 0) body = documentAt(message, at);
    else {
      const nameEnd = message.indexOf(0, at + 4);
      const list: Doc[] = [];
      for (let from = nameEnd + 1; from < at + size; from += message.readInt32LE(from))
        list.push(documentAt(message, from));
      lists[message.toString('utf8', at + 4, nameEnd)] = list;
    }
    at += size;
  }
  return { ...body, ...lists };
}

const documentAt = (message: Buffer, at: number): Doc =>
  BSON.deserialize(message.subarray(at, at + message.readInt32LE(at)), { promoteValues: false });

function responseOf(document: Doc, request: number, isQuery: boolean): Buffer {
  const bytes = BSON.serialize(document);
  const head = Buffer.alloc(HEADER_BYTES + (isQuery ? 20 : 5));
  head.writeInt32LE(head.length + bytes.length, 0);
  head.writeInt32LE(request, 8);
  head.writeInt32LE(isQuery ? OP_REPLY : OP_MSG, 12);
  // Number of documents; an OP_MSG begins with its flags and the kind of its one section instead, both 0.
  if (isQuery) head.writeInt32LE(1, HEADER_BYTES + 16);
  return Buffer.concat([head, bytes]);
}
