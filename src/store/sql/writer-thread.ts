import { receiptText } from './batch-text.ts';
import { type Committer, openCommitter } from './committer.ts';
import { connect } from './connection.ts';

/** The writer's thread. It is told the path of its database, then batches, and at the end an empty text. */
declare const self: {
  onmessage: (event: MessageEvent<string>) => void;
  postMessage(message: string): void;
};

let committer: Committer | undefined;

self.onmessage = ({ data }) => {
  if (committer === undefined) {
    committer = openCommitter(data, connect);
    return;
  }
  if (data !== '') return self.postMessage(receiptText(committer.commit(data)));
  committer.close();
  self.postMessage(receiptText({ kind: 'committed', refused: [] }));
};
