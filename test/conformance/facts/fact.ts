/** Something that a request or an answer says, whatever the dialect it says it in. */
export interface Fact {
  readonly kind: FactKind;
  /** Equal for equal meaning. */
  readonly value: string;
  /** Where it stands in its own wire form. */
  readonly at: string;
  /** In which turn of the conversation; turns change whenever the side that speaks does. Absent outside of it. */
  readonly turn?: number;
}

/** What people talk to models for: of these 99 % must arrive, whatever the dialects. */
export const coreKinds = [
  'system-text',
  'user-text',
  'assistant-text',
  'refusal',
  'call',
  'result',
  'image',
  'file',
  'tool',
  'tool-description',
  'tool-schema',
  'tool-choice',
  'parallel',
  'schema',
  'limit',
  'stop',
  'turns',
  'stream',
  'thought',
  'finish',
  'input-tokens',
  'cached-tokens',
  'written-tokens',
  'output-tokens',
  'reasoning-tokens',
] as const;

const otherKinds = [
  'result-error',
  'result-media',
  'audio',
  'image-detail',
  'file-name',
  'tool-strict',
  'custom-tool',
  'custom-call',
  'hosted-tool',
  'json',
  'schema-description',
  'temperature',
  'top-p',
  'top-k',
  'seed',
  'frequency-penalty',
  'presence-penalty',
  'choices',
  'end-user',
  'service-tier',
  'reasoning',
  'cache',
  'seal',
  'history-thought',
  'stop-hit',
  'citation',
  'model',
  /** Any member that none of the others tells of. */
  'member',
] as const;

export type FactKind = (typeof coreKinds)[number] | (typeof otherKinds)[number];
