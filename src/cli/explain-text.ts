import type { ExplainedTarget, Explanation, Sending } from './explanation.ts';
import { plain } from './plain.ts';

/** An explanation as people read it: where the request would go, what would be lost, what it costs at most, and the body. */
export function explainText({ dialect, model, targets }: Explanation): string {
  const head = `${plain(model)}, asked in ${dialect}: ${targets.length === 1 ? 'one target' : `${targets.length} targets, in this order`}`;
  return [head, ...targets.map((target, index) => targetText(target, index + 1))].join('\n\n');
}

function targetText(target: ExplainedTarget, number: number): string {
  const title = `${number}  ${plain(target.provider)}/${plain(target.model)}`;
  if ('refused' in target) return [title, `   would refuse: ${plain(target.refused.message)}`].join('\n');
  return [title, ...rowsOf(target).map(rowText), '', indented(JSON.stringify(target.body, undefined, 2))].join('\n');
}

type Row = readonly [label: string, text: string];

function rowsOf(sending: Sending): readonly Row[] {
  const { method, url, headers, calls, lost, emulated, would_fetch } = sending;
  return [
    ['sent', `${method} ${plain(url)}${calls === 1 ? '' : `, ${calls} times`}`],
    ...Object.entries(headers).map(([name, value]): Row => ['header', `${plain(name)}: ${plain(value)}`]),
    ['wording', sending.passed_through ? 'as it came' : `translated to ${plain(sending.dialect)}`],
    ...lost.map(({ path, why }): Row => ['lost', `${plain(path)} (${plain(why)})`]),
    ...emulated.map(({ path, how }): Row => ['emulated', `${plain(path)} (${plain(how)})`]),
    ...would_fetch.map((from): Row => ['fetched', plain(from)]),
    ...limitRows(sending),
    ['costs', costText(sending)],
  ];
}

function limitRows({ context_window, max_output_tokens }: Sending): readonly Row[] {
  const room = context_window === null ? [] : [`${context_window} tokens in all`];
  const output = max_output_tokens === null ? [] : [`at most ${max_output_tokens} of output`];
  const told = [...room, ...output];
  return told.length === 0 ? [] : [['room', told.join(', ')]];
}

function rowText([label, text]: Row): string {
  return `   ${label.padEnd(9)} ${text}`;
}

const missing: Readonly<Record<string, string>> = {
  'no-price': 'nobody knows the price of this model',
  'no-output-limit': 'no limit is set for its output',
  'unmeasured-input': 'it refers to input whose size is not known here',
};

function costText({ price_bound_usd, price_bound_missing }: Sending): string {
  if (price_bound_usd !== null) return `at most ${plain(price_bound_usd)} USD`;
  return `not bounded: ${missing[price_bound_missing ?? ''] ?? plain(String(price_bound_missing))}`;
}

function indented(text: string): string {
  return text.replace(/^/gm, '   ');
}
