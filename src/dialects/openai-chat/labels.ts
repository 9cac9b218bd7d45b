import { labelsAt } from '../labels.ts';

/** What an answer has that says nothing of it: by which name its vendor knows the call, and which of its machines served it. */
const fingerprint = 'system_fingerprint';
const callNames = ['generationId', 'request_id', 'x_groq.id'];

export const answerLabels = [fingerprint, ...callNames];
export const headLabels = [fingerprint];

/** Beside the head in a chunk: also what is only there so that nobody may tell the text by its length, `p` at Mistral. */
export const chunkLabels = labelsAt([...callNames, 'obfuscation', 'p']);
