import type { ChatResponse, Choice } from '../../core/chat.ts';
import { isJsonObject } from '../../core/json.ts';
import type { RoleMessage } from '../../core/message.ts';
import { readBody, writeBody } from '../body.ts';
import type { Codec } from '../dialect.ts';
import { saidFailure } from '../error-answer.ts';
import { always, type Element, type Field, filled, integer, list, moment, required, text } from '../field.ts';
import { mistyped } from '../place.ts';
import { readAssistant } from './assistant.ts';
import { writeAnswer } from './assistant-writer.ts';
import { marked, shape, spelled } from './carry.ts';
import { finish } from './finish.ts';
import { answerLabels } from './labels.ts';
import { logprobs } from './logprobs.ts';
import { reportedUsage } from './reported-usage.ts';

/** A whole answer, both ways. https://platform.openai.com/docs/api-reference/chat/object */
export const response: Codec<ChatResponse> = {
  decode(wire) {
    const body = readBody(wire, 'answer');
    const failure = Array.isArray(body['choices']) ? undefined : saidFailure(body);
    if (failure !== undefined) throw failure;
    return responseShape.decode(body, { path: '', of: 'answer' });
  },
  encode: (value, lost) => writeBody(responseShape.encode(value, { path: '', lost })),
};

const message: Field<RoleMessage> = {
  path: 'message',
  expected: 'an object',
  read(found, place) {
    if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
    return { value: readAssistant(found, place) };
  },
  write: writeAnswer,
};

interface IndexedChoice extends Omit<Choice, 'index' | 'extras' | 'spelling'> {
  readonly index?: number;
}

const choiceShape = shape<IndexedChoice>({ index: integer('index'), message: required(message), finish, logprobs });

const choice: Element<Choice> = {
  read(found, place, position) {
    if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
    const { index, ...rest } = choiceShape.decode(found, place);
    return index === undefined ? marked({ index: position, ...rest }, 'index', 'absent') : { index, ...rest };
  },
  write(value, place) {
    const { index, ...rest } = value;
    return choiceShape.encode(spelled(value, 'index') === 'absent' ? rest : { index, ...rest }, place);
  },
};

const responseShape = shape<Omit<ChatResponse, 'extras' | 'spelling'>>(
  {
    id: always(text('id'), ''),
    model: always(text('model'), ''),
    createdAt: always(moment('created'), 0),
    serviceTier: filled(text('service_tier')),
    choices: required(list('choices', choice)),
    usage: reportedUsage,
  },
  { object: 'chat.completion' },
  answerLabels,
);
