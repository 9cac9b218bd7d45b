import type { Json, JsonObject } from '../core/json.ts';
import { word } from './lorem.ts';
import { type Making, unmakeable } from './making.ts';
import { patternValue } from './pattern-value.ts';

/** What a string of each format looks like. A format that is not here says nothing, as the standard allows. */
const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T12:00:00Z',
  date: '2026-01-01',
  time: '12:00:00Z',
  duration: 'PT1H',
  email: 'sandbox@example.com',
  'idn-email': 'sandbox@example.com',
  hostname: 'sandbox.example.com',
  'idn-hostname': 'sandbox.example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/sandbox',
  iri: 'https://example.com/sandbox',
  'uri-reference': '/sandbox',
  'iri-reference': '/sandbox',
  uuid: '00000000-0000-4000-8000-000000000000',
  'json-pointer': '/sandbox',
  regex: '^sandbox$',
  byte: 'c2FuZGJveA==',
};

const longest = 10_000;

/** A string as a schema wants it: by its pattern, its format, or words of the length it allows. */
export function stringValue(schema: JsonObject, making: Making): string {
  const least = lengthOf(schema['minLength'], 0);
  const most = lengthOf(schema['maxLength'], Number.POSITIVE_INFINITY);
  if (least > most || least > longest) throw unmakeable(making, `it demands a string of ${least} characters`);
  const pattern = schema['pattern'];
  if (typeof pattern === 'string') return patternValue(pattern, { ...making, least, most: Math.min(most, longest) });
  const format = schema['format'];
  const example = typeof format === 'string' && Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (example === undefined) return words(least, most, making);
  if (example.length >= least && example.length <= most) return example;
  throw unmakeable(making, `no '${String(format)}' of ${least} to ${most} characters is known`);
}

function words(least: number, most: number, making: Making): string {
  const wish = Math.max(least, Math.min(most, 4 + Math.floor(making.draw() * 16)));
  let text = word(making.draw);
  while (text.length < wish) text += ` ${word(making.draw)}`;
  const cut = text.slice(0, most);
  return cut.endsWith(' ') ? `${cut.slice(0, -1)}s` : cut;
}

function lengthOf(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' && value >= 0 ? Math.ceil(value) : otherwise;
}
