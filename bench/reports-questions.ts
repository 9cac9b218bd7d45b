import { spread } from './reports-fill.ts';

/** One kind of question to a Trestle with a full ledger. */
export interface Question {
  readonly name: string;
  readonly path: string;
}

const dayMs = 86_400_000;

/** What an operator asks of a month that ended at a moment, epoch milliseconds: sums of all of it, lists, and what is hard to find. */
export function questionsOf(until: number): readonly Question[] {
  const moment = (daysBefore: number): string => new Date(until - daysBefore * dayMs).toISOString();
  const usage = (name: string, words: string, days = 30): Question => ({
    name: `usage, ${days} days, ${name}`,
    path: `/admin/v1/usage?from=${moment(days)}&to=${moment(0)}${words}`,
  });
  const list = (name: string, words: string): Question => ({
    name: `list, ${name}`,
    path: `/admin/v1/requests?limit=100${words}`,
  });
  const byDay = (dimension: string): Question => usage(`by day and ${dimension}`, `&bucket=day&group_by=${dimension}`);
  return [
    usage('all in one', ''),
    ...['model', 'provider', 'key', 'project', 'operation', 'tag'].map(byDay),
    usage('by user', '&group_by=user'),
    usage('by model and key', '&group_by=model,key'),
    usage('by hour and model', '&bucket=hour&group_by=model'),
    usage('by hour and key', '&bucket=hour&group_by=key'),
    usage('by tag and model', '&group_by=tag,model'),
    usage('by user and model', '&group_by=user,model', 1 / 4),
    usage('by tag, model and key', '&group_by=tag,model,key', 1),
    usage('by minute', '&bucket=minute', 1),
    list('the newest', ''),
    list('one key', `&key_id=key_${spread.keys - 1}`),
    list('failed', '&outcome=failed'),
    list('5xx of one provider', '&status_class=5xx&provider=provider-3'),
    list('one model', '&model=model-17'),
    list('as it was asked for', '&requested_model=fast'),
    list('one project and tag', '&project_id=proj_7&tag=tag-4'),
    list('one end user', '&user=user-4990'),
    list('one hour three weeks ago', `&from=${moment(21)}&to=${moment(21 - 1 / 24)}`),
    list('a rare tag', '&tag=incident:7'),
    list('a rare model', '&model=model-rare'),
    list('a rare provider', '&provider=provider-rare'),
    list('a tag that nothing has', '&tag=nothing'),
    list('a rare combination', '&tag=tag-19&provider=provider-3&user=user-4990'),
  ];
}

/** The shortest list there is. */
const least = '{"data":[]}'.length;

/** How long each question took, whenever it was asked, in milliseconds. */
export type Times = ReadonlyMap<string, number[]>;

export interface Asking {
  readonly questions: readonly Question[];
  readonly times: Times;
  ask(path: string): Promise<Response>;
  over(): boolean;
  /** Milliseconds between an answer and the next question. */
  readonly pauseMs: number;
}

/** Asks one question after the other, round and round. Throws when an answer is none. */
export async function askOn({ questions, times, ask, over, pauseMs }: Asking): Promise<void> {
  for (let turn = 0; !over(); turn += 1) {
    const question = questions[turn % questions.length];
    if (question === undefined) return;
    if (pauseMs > 0) await Bun.sleep(pauseMs);
    const began = performance.now();
    const response = await ask(question.path);
    const bytes = await response.bytes();
    times.get(question.name)?.push(performance.now() - began);
    // Taken apart elsewhere: this core is the load's, whose clock would not tell our work from the gateway's.
    if (response.status !== 200 || bytes.length < least) throw new Error(`${question.name}: ${response.status}`);
  }
}
