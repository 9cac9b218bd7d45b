import { type Database, SQLiteError } from 'bun:sqlite';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { connectReadOnly } from '../connection.ts';
import { privateFile } from '../directory.ts';
import { giveWay } from '../give-way.ts';
import { type Follow, openFollow } from './follow.ts';
import type { FollowerNews } from './follower.ts';
import { openShelf, shelfBeside, shelfName } from './shelf.ts';

/** The follower's thread. It is told where the ledger is, then to take up what is new, as an empty text. */
declare const self: {
  onmessage: (event: MessageEvent<string>) => void;
  postMessage(message: FollowerNews): void;
};

interface Post {
  readonly path: string;
  readonly blockSize: number;
}

let post: Post | undefined;
let opened: { readonly follow: Follow; readonly shelf: Database } | undefined;

self.onmessage = ({ data }) => {
  if (post === undefined) {
    giveWay();
    post = JSON.parse(data);
    return;
  }
  try {
    try {
      takeUp(post);
    } catch (thrown) {
      if (!isBroken(thrown)) throw thrown;
      removeShelf(post);
      takeUp(post);
    }
  } catch (thrown) {
    self.postMessage({ cause: thrown instanceof Error ? thrown.message : String(thrown) });
  }
};

function takeUp(own: Post): void {
  opened ??= open(own);
  self.postMessage({ ...opened.follow.progress(), more: true });
  while (opened.follow.next()) self.postMessage({ ...opened.follow.progress(), more: true });
  self.postMessage({ ...opened.follow.progress(), more: false });
}

function open({ path, blockSize }: Post): NonNullable<typeof opened> {
  privateFile(dirname(path), shelfName);
  const shelf = openShelf(shelfBeside(path));
  return { shelf, follow: openFollow({ ledger: connectReadOnly(path), shelf, blockSize, mostBlocks }) };
}

/** A day of a busy ledger has about as many. */
const mostBlocks = 16;

/** What the file holds is no database, or no longer a whole one. */
function isBroken(thrown: unknown): boolean {
  return thrown instanceof SQLiteError && /^SQLITE_(CORRUPT|NOTADB)/.test(thrown.code ?? '');
}

/** Everything on it can be made anew. */
function removeShelf({ path }: Post): void {
  opened?.shelf.close();
  opened = undefined;
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${shelfBeside(path)}${suffix}`, { force: true });
}
