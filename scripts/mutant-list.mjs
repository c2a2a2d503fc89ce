// The lines that keep "nothing accepted is lost, nothing is counted twice", each broken in one way. For each, one of the named tests must fail.

/**
 * @typedef {object} Mutant
 * @property {string} file from the root of the repository
 * @property {string} find occurs exactly once in the file
 * @property {string} replace
 * @property {string} breaks what goes wrong with it
 */

/** @type {Readonly<Record<string, { readonly workspace: string, readonly tests: readonly string[], readonly mutants: readonly Mutant[] }>>} */
export const SUITES = {
  loader: {
    workspace: 'server',
    tests: ['test/ingest/journal.test.ts', 'test/ingest/ingest.test.ts', 'test/ingest/recovery.test.ts'],
    mutants: [
      {
        file: 'server/src/ingest/load/loader.ts',
        find: '(await journal.writeBlockRange(blockRange)) || first.journal !== journal.uuid',
        replace: 'await journal.writeBlockRange(blockRange)',
        breaks: 'a backup that is brought back loads again what the original loaded',
      },
      {
        file: 'server/src/ingest/load/loader.ts',
        find: '(await journal.writeBlockRange(blockRange)) || first.journal !== journal.uuid',
        replace: '(await journal.writeBlockRange(blockRange), first.journal !== journal.uuid)',
        breaks: 'an insert without an answer is repeated blindly',
      },
      {
        file: 'server/src/ingest/load/loader.ts',
        find: '    await store.settleInserts(journal);\n',
        replace: '',
        breaks: 'rows are counted while an insert of them is still running',
      },
      {
        file: 'server/src/ingest/load/loader.ts',
        find: 'return rows.filter(({ seq }) => !isWithin(stored, seq));',
        replace: 'return rows;',
        breaks: 'rows that are stored are inserted again',
      },
      {
        file: 'server/src/ingest/load/loader.ts',
        find: 'store.storedRanges(journal, first.seq, last.seq + 1)',
        replace: 'store.storedRanges(journal, first.seq, last.seq)',
        breaks: 'the last row of a repeated block is not counted',
      },
      {
        file: 'server/src/ingest/load/loader.ts',
        find: 'if (ranges[middle]!.to <= seq) low',
        replace: 'if (ranges[middle]!.to < seq) low',
        breaks: 'the row behind a stored range counts as stored',
      },
      {
        file: 'server/src/ingest/load/loader.ts',
        find: 'seq >= ranges[low]!.from',
        replace: 'seq > ranges[low]!.from',
        breaks: 'the first row of a stored range is inserted again',
      },
      {
        file: 'server/src/ingest/load/loader.ts',
        find: 'const rows = await this.#missing(journal, tried);',
        replace: 'const rows = tried;',
        breaks: 'a rejected block of which a part is stored is halved without counting',
      },
      {
        file: 'server/src/ingest/load/loader.ts',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a line of source
        find: '`${tokenOf(range)}:${randomUUID()}`',
        replace: 'tokenOf(range)',
        breaks: 'the engine may ignore missing rows for their token',
      },
      {
        file: 'server/src/ingest/load/loader.ts',
        find: '      rejected.push({ seq: first.seq, reason: reason.message, row: first.row });\n',
        replace: '',
        breaks: 'a rejected row disappears',
      },
      {
        file: 'server/src/ingest/load/loader.ts',
        find: 'rows.slice(middle)',
        replace: 'rows.slice(middle + 1)',
        breaks: 'halving loses a row',
      },
      {
        file: 'server/src/ingest/load/loader.ts',
        find: 'writeInt64(rows, start + ROW_OFFSET.seq, group.firstSeq + index);',
        replace: 'writeInt64(rows, start + ROW_OFFSET.seq, group.firstSeq);',
        breaks: 'rows share a sequence number, so that counting them misleads',
      },
    ],
  },
  committer: {
    workspace: 'server',
    tests: [
      'test/ingest/ingest.test.ts',
      'test/ingest/imports.test.ts',
      'test/ingest/journal.test.ts',
      'test/ingest/recovery.test.ts',
    ],
    mutants: [
      {
        file: 'server/src/ingest/journal/committer.ts',
        find: '        if (known === undefined) {',
        replace: "        if (known !== 'stored') {",
        breaks: 'a duplicate of an id that is on its way to the disk is stored',
      },
      {
        file: 'server/src/ingest/journal/committer.ts',
        find: '        if (known === undefined) {',
        replace: "        if (known === undefined || known === 'stored') {",
        breaks: 'a duplicate of a stored id is stored',
      },
      {
        file: 'server/src/ingest/journal/committer.ts',
        find: '        if (known === undefined) {',
        replace: "        if (known === undefined || kind === 'imported') {",
        breaks: 'an imported row is stored beside the same one that is on its way',
      },
      {
        file: 'server/src/ingest/journal/committer.ts',
        find: "      if (kind !== 'own') {\n",
        replace: "      if (kind === 'own') continue;\n      {\n",
        breaks: "an event with an id of the server's own that comes back is stored again",
      },
      {
        file: 'server/src/ingest/journal/committer.ts',
        find: '          ids.add(app, high, low, batch.pending);\n',
        replace: '',
        breaks: 'ids are not known until they are on disk',
      },
      {
        file: 'server/src/ingest/journal/committer.ts',
        find: '          batch.fingerprints.add(app, high, low);\n',
        replace: '',
        breaks: 'ids are forgotten by a restart',
      },
      {
        file: 'server/src/ingest/journal/committer.ts',
        find: "else if (known !== 'stored') waitsForInFlight = true;",
        replace: '',
        breaks: 'a duplicate is answered before its original is on disk',
      },
      {
        file: 'server/src/ingest/journal/committer.ts',
        find: 'if (joins) batch.dependsOnInFlight = true;',
        replace: '',
        breaks: 'a request is stored in part when the transaction of its duplicate fails',
      },
      {
        file: 'server/src/ingest/journal/committer.ts',
        find: 'if (!isStored && this.#gathering.dependsOnInFlight) this.#failBatch(this.#gathering);',
        replace: '',
        breaks: 'a request is stored although the original of its duplicate failed',
      },
      {
        file: 'server/src/ingest/journal/committer.ts',
        find: 'for (const { fingerprints } of batch.fingerprints.each()) ids.removeAll(fingerprints);',
        replace: '',
        breaks: 'an event whose transaction failed is a duplicate when it is sent again',
      },
      {
        file: 'server/src/ingest/journal/committer.ts',
        find: 'for (let i = 0; i < fingerprints.length; i += 2) ids.settle(fingerprints[i]!, fingerprints[i + 1]!, at);',
        replace: '',
        breaks: 'stored ids stay pending and are lost when the next transaction fails',
      },
      {
        file: 'server/src/ingest/journal/committer.ts',
        find: 'takenFromRejected: batch.takenFromRejected,',
        replace: 'takenFromRejected: [],',
        breaks: 'rejected rows that are retried stay among the rejected rows, and count twice when retried again',
      },
      {
        file: 'server/src/ingest/journal/committer.ts',
        find: 'checkpoints: [...batch.checkpoints, ...used],',
        replace: 'checkpoints: used,',
        breaks: 'an import that goes on repeats rows',
      },
    ],
  },
  ids: {
    workspace: 'server',
    tests: [
      'test/ingest/journal.test.ts',
      'test/ingest/id-window-file.test.ts',
      'test/ingest/ingest.test.ts',
      'test/ingest/recovery.test.ts',
    ],
    mutants: [
      {
        file: 'server/src/ingest/deduplication/id-window.ts',
        find: 'this.#forget(this.#live.shift()!.generation);\n    const [oldest]',
        replace: 'this.#live.shift();\n    const [oldest]',
        breaks: 'an id that the window has given up is known for ever',
      },
      {
        file: 'server/src/ingest/deduplication/id-window.ts',
        find: 'if (generation >= PENDING_EVEN) return',
        replace: 'if (generation > PENDING_EVEN) return',
        breaks: 'every second transaction answers duplicates before their original is on disk',
      },
      {
        file: 'server/src/ingest/deduplication/id-window.ts',
        find: 'while (this.#live.length > 1 && this.#live[1]!.startMs < before)',
        replace: 'while (this.#live.length > 1 && this.#live[0]!.startMs < before)',
        breaks: 'ids are forgotten before their time',
      },
      {
        file: 'server/src/ingest/deduplication/id-window.ts',
        find: '      this.#counts[number]![generation]! += 1;\n',
        replace: '',
        breaks: 'after a restart the count by which ids are given up is wrong',
      },
      {
        file: 'server/src/ingest/deduplication/id-window-file.ts',
        find: 'head.token !== mark.token || ',
        replace: '',
        breaks: 'the ids of another state of the journal are believed',
      },
      {
        file: 'server/src/ingest/deduplication/id-window-file.ts',
        find: ' || head.endSeq !== mark.endSeq',
        replace: '',
        breaks: 'ids that were stored after the file was written are unknown',
      },
      {
        file: 'server/src/ingest/deduplication/id-window-file.ts',
        find: 'return isOurs && sum === prefix.readUInt32LE(0) ? window : undefined;',
        replace: 'return isOurs ? window : undefined;',
        breaks: 'damaged ids are believed',
      },
      {
        file: 'server/src/ingest/deduplication/id-window-file.ts',
        find: '    closeSync(file);\n    rmSync(path, { force: true });\n',
        replace: '    closeSync(file);\n',
        breaks: 'after a crash the ids of the last clean stop are believed',
      },
    ],
  },
  archive: {
    workspace: 'server',
    tests: [
      'test/ingest/archiver.test.ts',
      'test/ingest/backfill.test.ts',
      'test/ingest/rebuild.test.ts',
      'test/ingest/salvage.test.ts',
    ],
    mutants: [
      {
        file: 'server/src/ingest/journal/journal.ts',
        find: 'for (const group of groups) if (!isKept(group)) stored.remove(group.firstSeq);',
        replace: 'for (const group of groups) stored.remove(group.firstSeq);',
        breaks: 'what the engine has is forgotten before MongoDB has it',
      },
      {
        file: 'server/src/ingest/journal/journal.ts',
        find: 'for (const group of groups) if (isLoaded(group)) this.#file.groups.remove(group.firstSeq);',
        replace: 'for (const group of groups) this.#file.groups.remove(group.firstSeq);',
        breaks: 'what MongoDB has is forgotten before the engine has it',
      },
      {
        file: 'server/src/ingest/journal/journal.ts',
        find: 'return this.archive ? { start: this.#loadedSeq } : {};',
        replace: 'return {};',
        breaks: 'what waits for MongoDB is loaded into the engine again',
      },
      {
        file: 'server/src/ingest/journal/archive-queue.ts',
        find: 'if (known === undefined) file.root.put(POSITION, encodeChecked(POSITION, seq));',
        replace: 'if (known === undefined) {}',
        breaks: 'a crash before the first event is archived loses what the engine had',
      },
      {
        file: 'server/src/ingest/journal/archive-queue.ts',
        find: 'if (known === undefined || !isActive) file.root.put(MISSING, encodeChecked(MISSING, true));',
        replace: '',
        breaks: 'what the engine had before MongoDB never reaches it',
      },
      {
        file: 'server/src/ingest/archiving/backfill.ts',
        find: 'const release = await holdErasures(signal);',
        replace: 'const release = () => {};',
        breaks: 'an event that is erased while it is copied stays in MongoDB',
      },
      {
        file: 'server/src/ingest/archiving/backfill.ts',
        find: 'if (first === undefined) return wanted;',
        replace: 'if (first === undefined || attempt > 0) return wanted;',
        breaks: 'an event that MongoDB does not give back as it was counts as copied',
      },
      {
        file: 'server/src/ingest/archiving/archiver.ts',
        find: 'Math.min(heldFrom, order?.seq ?? Number.POSITIVE_INFINITY)',
        replace: 'heldFrom',
        breaks: 'an erasure removes events from MongoDB that came after it',
      },
      {
        file: 'server/src/ingest/archiving/archiver.ts',
        find: 'if (!order?.isStored || order.seq > heldFrom) return false;',
        replace: 'if (!order?.isStored) return false;',
        breaks: 'an erasure passes events that wait because of another',
      },
      {
        file: 'server/src/ingest/journal/committer.ts',
        find: '        formerPositions: batch.formerPositions,\n',
        replace: '',
        breaks: 'a rejected row that is queued again is in MongoDB twice',
      },
      {
        file: 'server/src/app/erase.ts',
        find: 'const wanted = before === undefined ? reaching : [...reaching, { before }];',
        replace: 'const wanted = reaching;',
        breaks: 'the engine erases events that MongoDB keeps',
      },
      {
        file: 'server/src/ingest/archiving/begin-rebuild.ts',
        find: 'archive.own(isStoreEmpty || isRebuilding(journal))',
        replace: 'archive.own(true)',
        breaks: 'a server with events takes over the MongoDB database of another',
      },
      {
        file: 'server/src/ingest/archiving/begin-rebuild.ts',
        find: 'archive.own(isStoreEmpty || isRebuilding(journal))',
        replace: 'archive.own(isStoreEmpty)',
        breaks: 'an engine that waited for MongoDB is never filled from it',
      },
      {
        file: 'server/src/ingest/archiving/rebuild.ts',
        find: 'const missing = events.filter(({ seq }) => !stored.some(({ from, to }) => seq >= from && seq < to));',
        replace: 'const missing = events;',
        breaks: 'a batch whose answer was lost is filled in twice',
      },
      {
        file: 'server/src/ingest/archiving/rebuild.ts',
        find: 'each.journal !== journal.uuid && ',
        replace: '',
        breaks: 'an event that arrives while the engine is filled is there twice',
      },
      {
        file: 'server/src/ingest/archiving/begin-rebuild.ts',
        find: "    await keep([{ app: '', checkpoint: BEGIN }]);\n",
        replace: '',
        breaks: 'an engine that was being filled is taken for a full one after a crash',
      },
      {
        file: 'server/src/ingest/recovery/salvage.ts',
        find: "file.root.put('archived', encodeChecked('archived', found.archivedEnd));",
        replace: '',
        breaks: 'a salvage loses what waits for MongoDB',
      },
    ],
  },
  salvage: {
    workspace: 'server',
    tests: ['test/ingest/salvage.test.ts', 'test/ingest/recovery.test.ts'],
    mutants: [
      {
        file: 'server/src/ingest/recovery/salvage.ts',
        find: '  else rename(growing(directory), directory);\n',
        replace: '  else rmSync(growing(directory), { recursive: true });\n',
        breaks: 'a crash between the two renames of a salvage loses the journal',
      },
      {
        file: 'server/src/ingest/recovery/salvage.ts',
        find: '  if (existsSync(directory)) rmSync(growing(directory), { recursive: true });\n  else rename(',
        replace: '  rename(',
        breaks: 'a salvage that was cut short takes the place of the whole journal',
      },
      {
        file: 'server/src/ingest/recovery/salvage.ts',
        find: '  copy.write();\n',
        replace: '',
        breaks: 'the last megabytes that were saved are not written',
      },
      {
        file: 'server/src/ingest/recovery/salvage.ts',
        find: "else if (part === 'names' || part === 'imports' || part === 'erasing') {",
        replace: "else if (part === 'imports') return;\n    else if (part === 'names' || part === 'erasing') {",
        breaks: 'how far imports had come is lost, so that they repeat rows',
      },
      {
        file: 'server/src/ingest/recovery/salvage.ts',
        find: "encodeChecked('nextSeq', found.loadedEnd)",
        replace: "encodeChecked('nextSeq', found.endSeq)",
        breaks: 'what was saved counts as loaded, so that ids outlive events that a second damage takes',
      },
    ],
  },
  delivery: {
    workspace: 'client',
    tests: ['test/delivery', 'test/client.test.ts', 'test/node'],
    mutants: [
      {
        file: 'client/src/delivery/answer.ts',
        find: "if (status >= 500 || RETRIED.includes(status)) return 'retry';",
        replace: "if (status >= 500) return 'retry';",
        breaks: 'events are dropped when the server says that there are too many',
      },
      {
        file: 'client/src/delivery/answer.ts',
        find: "  if (status < 300) return 'retry';\n",
        replace: "  if (status < 300) return 'taken';\n",
        breaks: 'an answer that is cut short counts as taken',
      },
      {
        file: 'client/src/delivery/answer.ts',
        find: "  if (status === 413) return 'split';\n",
        replace: '',
        breaks: 'a batch that is too large is dropped',
      },
      {
        file: 'client/src/delivery/delivery.ts',
        find: '.catch(() => NO_ANSWER)',
        replace: '.catch(() => ({ ...NO_ANSWER, status: 200, accepted: 0 }))',
        breaks: 'events are dropped when the network fails',
      },
      {
        file: 'client/src/delivery/delivery.ts',
        find: '      // Those that are left.\n      queue.remove(batch);\n',
        replace: '',
        breaks: 'events that were taken are sent again',
      },
      {
        file: 'client/src/delivery/delivery.ts',
        find: "verdict === 'split' && batch[1])",
        replace: "verdict === 'split' && batch[2])",
        breaks: 'two events that are too large together are dropped',
      },
      {
        file: 'client/src/delivery/delivery.ts',
        find: '++damaged < DAMAGED_MAX',
        replace: '++damaged < 2',
        breaks: 'a batch that was damaged on its way is dropped too early',
      },
      {
        file: 'client/src/delivery/delivery.ts',
        find: '        for (const item of batch) item.inAir = false;\n',
        replace: '',
        breaks: 'a batch that failed is never sent again',
      },
      {
        file: 'client/src/delivery/queue.ts',
        find: 'items.find(({ inAir }) => !inAir)!',
        replace: 'items[0]!',
        breaks: 'a full queue drops what is on its way',
      },
      {
        file: 'client/src/delivery/queue.ts',
        find: 'items.filter((item) => !keeper?.keeps(item))',
        replace: 'items.slice()',
        breaks: 'closing drops what is kept on disk',
      },
      {
        file: 'client/src/node/disk-keeper.ts',
        find: '        else for (let number = line.from; number <= line.to; number++) found.delete(number);\n',
        replace: '',
        breaks: 'what has left is sent again by the next process',
      },
    ],
  },
};
