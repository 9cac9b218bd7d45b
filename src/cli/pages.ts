import { isJsonObject, type JsonObject } from '../core/json.ts';
import type { askWhole, Question } from './server.ts';

export interface Paging {
  readonly ask: (question: Question) => ReturnType<typeof askWhole>;
  readonly question: Question;
  readonly tell: (text: string) => void;
}

/** The items of a list, page after page to its end, as if they were one page. */
export async function everyPage({ ask, question, tell }: Paging): Promise<{ readonly body: JsonObject }> {
  const data: JsonObject[] = [];
  let next: string | undefined;
  do {
    const { body = {} } = await ask(pageAfter(question, next));
    data.push(...itemsOf(body));
    next = typeof body['next'] === 'string' ? body['next'] : undefined;
    tell(`${data.length} so far`);
  } while (next !== undefined);
  return { body: { data, has_more: false, next: null } };
}

function pageAfter(question: Question, after: string | undefined): Question {
  const [path = '', query] = question.path.split('?');
  const fields = new URLSearchParams(query);
  if (!fields.has('limit')) fields.set('limit', '1000');
  if (after !== undefined) fields.set('after', after);
  return { ...question, path: `${path}?${fields}` };
}

export function itemsOf(body: JsonObject): readonly JsonObject[] {
  return Array.isArray(body['data']) ? body['data'].filter(isJsonObject) : [];
}
