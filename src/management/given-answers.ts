import { asFailure, Failure } from '../core/failure.ts';
import type { Vault } from '../core/ports.ts';
import type { AnswerName, Answers, KeptAnswer } from '../store/store.ts';
import type { AskedOnce, DeskTools } from './desk.ts';

/** An answer that is given again to whoever asks the same under the same idempotency key. */
export interface GivenAnswer {
  readonly status: number;
  readonly body: string;
  readonly etag?: string;
}

interface GivenAnswers {
  /** Throws if the same name is being answered, to a question with this digest. */
  refuseUnderWay(asked: AskedOnce, digest: string | undefined): void;
  /** The answer that was given; else the one that comes of acting now. */
  again(asked: AskedOnce, act: () => Promise<GivenAnswer>): Promise<GivenAnswer & { readonly replayed?: true }>;
}

const keptMs = 86_400_000;
/** Names that callers make up must not fill the disk; of each organisation the oldest goes first. */
const mostKept = 10_000;

/**
 * That a question is being acted upon is written down before, and its answer after: if we end in between, nobody knows whether it
 * was done, and it is not done again. Answers are sealed, for one that makes a key holds its secret.
 */
export function givenAnswers({ clock, answers, vault }: DeskTools): GivenAnswers {
  const save = (answer: KeptAnswer): Promise<void> =>
    answers.save(answer, { before: clock.now() - keptMs, most: mostKept });

  return {
    refuseUnderWay(asked, digest) {
      if (digest === undefined) return;
      if (digest !== asked.digest) throw otherQuestion();
      const sentence = 'The request with this idempotency-key is being answered right now; ask again in a moment.';
      throw new Failure('resource-conflict', sentence, { param, retryAfterMs: 1_000 });
    },
    async again(asked, act) {
      const before = await answers.find(asked);
      if (before !== undefined && before.at > clock.now() - keptMs) {
        if (before.digest !== asked.digest) throw otherQuestion();
        return { ...opened(vault, before), replayed: true };
      }
      const question: KeptAnswer = { ...asked, at: clock.now() };
      await save(question);
      const answer = await act().catch(async (thrown: unknown) => {
        // Whoever makes a mistake has changed nothing; after any other failure nobody can be sure.
        if (asFailure(thrown).traits.fault === 'caller') await answers.remove(asked);
        throw thrown;
      });
      const sealed = vault.seal(JSON.stringify(answer), purposeOf(asked));
      // The change is made, and its answer may hold a secret that is told once: it is given even if it could not be kept.
      await save({ ...question, sealed }).catch(() => undefined);
      return answer;
    },
  };
}

/** Seals what is kept with the key in use now. What cannot be opened any more is as good as not known. */
export async function resealAnswers(answers: Answers, vault: Pick<Vault, 'seal' | 'open'>): Promise<void> {
  const all = await answers.all();
  for (let index = 0; index < all.length; index += savedAtOnce) {
    const some = all.slice(index, index + savedAtOnce).filter(({ sealed }) => sealed !== undefined);
    await Promise.all(some.map((answer) => answers.save(resealed(vault, answer), noBounds)));
  }
}

const savedAtOnce = 100;
const noBounds = { before: Number.MIN_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER } as const;

function resealed(vault: Pick<Vault, 'seal' | 'open'>, answer: KeptAnswer): KeptAnswer {
  const { sealed: _, ...question } = answer;
  const text = openedText(vault, answer);
  return text === undefined ? question : { ...question, sealed: vault.seal(text, purposeOf(answer)) };
}

function opened(vault: Pick<Vault, 'open'>, answer: KeptAnswer): GivenAnswer {
  const text = openedText(vault, answer);
  if (text !== undefined) return JSON.parse(text);
  throw new Failure(
    'resource-conflict',
    'idempotency-key was used for this request before, and what came of it is not known: Trestle failed in the midst of it. Look with GET /admin/v1/audit whether it was done; if not, ask with another key.',
    { param },
  );
}

function openedText(vault: Pick<Vault, 'open'>, { sealed, ...name }: KeptAnswer): string | undefined {
  if (sealed === undefined) return undefined;
  try {
    return vault.open(sealed, purposeOf(name));
  } catch {
    return undefined;
  }
}

/** What an answer is sealed for: it opens nothing in another's place. */
function purposeOf({ organisationId, actor, idempotencyKey }: AnswerName): string {
  return `answer ${JSON.stringify([organisationId, actor, idempotencyKey])}`;
}

const param = 'idempotency-key';

function otherQuestion(): Failure {
  return new Failure(
    'resource-conflict',
    'idempotency-key was used for another request in the last 24 hours; give each request a key of its own.',
    { param },
  );
}
