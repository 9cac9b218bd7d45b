import { Failure } from '../core/failure.ts';
import type { Chat } from './chat.ts';
import { type ChatAnswer, chatAnswer, type Turn } from './chat-answer.ts';
import { costOf, sumText } from './chat-sum.ts';
import { Mistake } from './flags.ts';
import { plainProse } from './plain.ts';
import type { ExitCode, Tools } from './tools.ts';

/** A conversation at a terminal, until there is no more to say. */
export async function converse(tools: Tools, chat: Chat): Promise<ExitCode> {
  const { terminal } = tools;
  const prompt = terminal.prompt();
  const talk: Talk = { model: chat.model, turns: [] };
  prompt.onInterrupt(() => (talk.answering === undefined ? prompt.close() : talk.answering.abort()));
  terminal.errors.write(
    `${talk.model}. Ctrl-C ends an answer, then the chat. /new forgets, /model NAME asks another.\n`,
  );
  try {
    for (let line = await prompt.ask('> '); line !== undefined; line = await prompt.ask('> ')) {
      if (line.trim() === '') continue;
      if (line.startsWith('/')) command(tools, talk, line);
      else await turn(tools, { ...chat, model: talk.model }, { talk, line });
    }
  } finally {
    prompt.close();
  }
  terminal.errors.write('\n');
  return 0;
}

/** What changes while people talk. */
interface Talk {
  model: string;
  turns: readonly Turn[];
  /** Aborting it gives up the answer that is being written. */
  answering?: AbortController | undefined;
}

function command({ complain }: Tools, talk: Talk, line: string): void {
  const [name, value, more] = line.trim().split(/\s+/);
  if (name === '/new' && value === undefined) {
    talk.turns = [];
    complain('What was said is forgotten.');
  } else if (name === '/model' && value !== undefined && more === undefined) {
    talk.model = value;
    complain(`From here on ${value} answers.`);
  } else complain('There are /new and /model NAME.');
}

/** A question that fails leaves no trace; an answer that is given up is kept as far as it came. */
async function turn(
  tools: Tools,
  chat: Chat,
  { talk, line }: { readonly talk: Talk; readonly line: string },
): Promise<void> {
  const leave = new AbortController();
  const asked: readonly Turn[] = [...talk.turns, { role: 'user', content: line }];
  talk.answering = leave;
  try {
    const answer = await chatAnswer(tools, chat.server, {
      ...chat,
      turns: [...chat.system, ...asked],
      signal: leave.signal,
      hear: (text) => tools.terminal.out.write(plainProse(text)),
    });
    talk.answering = undefined;
    tools.terminal.out.write('\n');
    if (answer.text !== '') talk.turns = [...asked, { role: 'assistant', content: answer.text }];
    await showSum(tools, chat, answer);
  } catch (thrown) {
    if (!(thrown instanceof Mistake) && !(thrown instanceof Failure)) throw thrown;
    tools.complain(`trestle: ${thrown.message}`);
  } finally {
    talk.answering = undefined;
  }
}

async function showSum(tools: Tools, { server }: Chat, answer: ChatAnswer): Promise<void> {
  tools.complain(`  ${sumText(answer, await costOf(tools, server, answer))}`);
}
