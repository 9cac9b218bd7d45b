import type { Authenticated, Call, Journal, Received, Target } from '../../src/core/call.ts';
import type { Reply, Sight } from '../../src/core/reply.ts';

/** A call as a door makes it, with what a test wants to be different. */
export function fakeCall(changes: Partial<Call> = {}): Call {
  return {
    id: 'req_1',
    operation: 'chat',
    dialect: 'openai-chat',
    arrivedAt: 1_000,
    startedAt: 0,
    signal: new AbortController().signal,
    credential: 'tr-test',
    read: async () => fakeReceived(),
    ...changes,
  };
}

export function fakeReceived(changes: Partial<Received> = {}): Received {
  return {
    envelope: { model: 'm', stream: false, streamUsage: false, choices: 1, unmeasured: [], bytes: 400 },
    payload: { value: { model: 'm', messages: [], stream: false } },
    wishes: { strict: false, tags: [] },
    ...changes,
  };
}

export const fakePrincipal: Authenticated = {
  principal: { keyId: 'key_1', projectId: 'proj_1', organisationId: 'org_1', role: 'client' },
};

export const targetA: Target = {
  provider: 'a',
  model: 'm1',
  price: { from: 0, source: 'test', perToken: { input: 1_000_000n, output: 2_000_000n } },
};
export const targetB: Target = { provider: 'b', model: 'm2' };

export const nothingSeen: Sight = { terminal: false, producedBytes: 0, producedFrames: 0 };

/** A whole answer with this sight. */
export function fakeReply(sight: Sight = { ...nothingSeen, terminal: true }): Reply {
  return {
    kind: 'whole',
    origin: { provider: 'a', model: 'm1', attempts: 1, lost: [], emulated: [], headers: {} },
    payload: { value: { id: 'x', model: 'm1', choices: [] } },
    sight,
  };
}

/** A journal that keeps what it is told to flag, and in which nothing can begin. */
export function fakeJournal(flags: string[] = []): Journal {
  const nothing = (): void => undefined;
  return {
    received: nothing,
    begin: () => Promise.reject(new Error('an attempt was begun in a journal that keeps none')),
    lost: nothing,
    answerLost: nothing,
    flag: (text) => void flags.push(text),
    whenClosed: nothing,
  };
}
