import { tableOf } from '../reference/page.ts';
import type { Grid, Table } from './grid-run.ts';
import { anthropicAnswerLosses } from './losses/anthropic-messages-answers.ts';
import { anthropicToOpenai } from './losses/anthropic-messages-to-openai-chat.ts';
import type { LossLine } from './losses/loss-line.ts';
import { openaiAnswerLosses } from './losses/openai-chat-answers.ts';
import { openaiToAnthropic } from './losses/openai-chat-to-anthropic-messages.ts';

/** The page of the reference that says what goes through where. */
export function gridPage({ requests, answers, errors }: Grid): string {
  return [
    '# Dialects and providers',
    '<!-- Written by `bin/bun test/conformance/grid.ts --write` from calls that ran through a house; a test compares. -->',
    intro,
    ...requests.flatMap((table) => [`## Requests at the door of ${table.door}`, tableText(table, 'Asked for')]),
    answersIntro,
    ...answers.flatMap((table) => [`## Answers at the door of ${table.door}`, tableText(table, 'Answered')]),
    errorsIntro,
    ...errors.flatMap((table) => [`## Errors at the door of ${table.door}`, tableText(table, 'The vendor’s status')]),
    '## What cannot be said',
    lossIntro,
    '### Requests: openai-chat to anthropic-messages',
    lossText(
      openaiToAnthropic.lines.filter(({ path }) => !path.startsWith('answer.')),
      'Anthropic',
    ),
    '### Requests: anthropic-messages to openai-chat',
    lossText(
      anthropicToOpenai.lines.filter(({ path }) => !path.startsWith('answer.')),
      'OpenAI',
    ),
    '### Answers: openai-chat to callers of anthropic-messages',
    lossText(openaiAnswerLosses, 'Anthropic'),
    '### Answers: anthropic-messages to callers of openai-chat',
    `${lossText(anthropicAnswerLosses, 'OpenAI')}\n`,
  ].join('\n\n');
}

const intro = `A caller speaks one dialect, a provider another. Where they are the same, the bytes go through untouched. Where they are not, this is what becomes of each
feature: **✓** it arrives; **✓ (told: …)** it arrives, and \`x-trestle-lost\` says in which way not quite as asked; **emulated** it arrives by other means, which
\`x-trestle-emulated\` names; **lost** the provider or its model has no word for it, which \`x-trestle-lost\` says with the reason in brackets, and
\`x-trestle-strict: true\` refuses it before anything is sent. What a dialect has no word for is not in its table.`;

const answersIntro = `What is in an answer goes the other way. **carried**: in the ids of tool calls or in signatures, where callers hand it back unread. **lost** is in the
request's record under \`answer.…\`; **·** is what the vendors of that dialect do not say.`;

const errorsIntro = `A vendor’s trouble is told in the caller’s dialect. What is about our credential there is not told as if it were the caller’s.`;

const lossIntro = `Nothing else may be lost: every recorded request and answer goes through both ways in the tests, and a loss that is on none of these lines is a failing
test. \`[]\` is any index, \`{}\` any name.`;

/** Places where everything is the same share a column. */
function tableText({ columns, rows }: Table, first: string): string {
  const all = columns.map((title, at) => ({ title, verdicts: rows.map(({ verdicts }) => verdicts[at] ?? '') }));
  const groups = [...Map.groupBy(all, ({ verdicts }) => JSON.stringify(verdicts)).values()];
  return tableOf(
    [first, ...groups.map((group) => group.map(({ title }) => title).join(', '))],
    rows.map(({ feature }, at) => [feature, ...groups.map(([one]) => one?.verdicts[at] ?? '')]),
  );
}

/** Lines that have all but their place in common stand together. */
function lossText(lines: readonly LossLine[], vendor: string): string {
  const groups = Map.groupBy(lines, ({ why, lacks, page }) => JSON.stringify([why, lacks, page]));
  const rows = [...groups.values()].map((group) => {
    const [{ why, lacks, page } = { why: '', lacks: '', page: '' }] = group;
    return [group.map(({ path }) => `\`${path}\``).join(' '), why, `[${lacks}](${page})`];
  });
  return tableOf(['Member', 'Reason', `${vendor}’s API`], rows);
}
