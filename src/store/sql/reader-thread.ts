import { giveWay } from './give-way.ts';
import type { Answer } from './reader.ts';
import { openReading, type Reading } from './reading.ts';

/** The reader's thread. It is told the path of its database, then questions. */
declare const self: {
  onmessage: (event: MessageEvent<string>) => void;
  postMessage(message: Answer): void;
};

let reading: Reading | undefined;

self.onmessage = ({ data }) => {
  if (reading !== undefined) return self.postMessage(reading.answer(JSON.parse(data)));
  giveWay();
  reading = openReading(data);
};
