import { type Secret, secret } from '../core/secret.ts';
import { variable } from './interpolation.ts';
import type { Path } from './problems.ts';
import type { Reader } from './reader.ts';

/** What a header can carry, without white space: a key with a line's end or a scheme in it was copied wrongly. */
const sendable = /^[\x21-\x7e]{1,8192}$/;

const remedy = `Write "\${NAME}" for a key in the environment, { file: /path } for one in a file, or the key itself.`;

/** Reads `api_key: …` or `api_key: { file: … }`. Undefined if there is none, or if it cannot be one. */
export function credentialIn(reader: Reader, value: unknown, path: Path): Secret | undefined {
  if (value === undefined || reader.problems.has(path)) return undefined;
  const text = typeof value === 'string' ? value : fileText(reader, value, path);
  if (text !== undefined && sendable.test(text)) return secret(text);
  reader.problems.add(
    path,
    `what is here cannot stand in a header: it is empty, no text, or has spaces or unprintable characters in it. ${remedy}`,
  );
  return undefined;
}

/** Reads a key from the environment. */
export function credentialOutside({ environment, problems }: Reader, name: string): Secret | undefined {
  const text = variable(environment, name)?.trim() ?? '';
  if (sendable.test(text)) return secret(text);
  problems.addOutside(
    'environment',
    name,
    'its value cannot stand in a header: it has spaces or unprintable characters in it; copy the key again.',
  );
  return undefined;
}

function fileText(reader: Reader, value: unknown, path: Path): string | undefined {
  const name = fileName(value);
  if (name === undefined) return undefined;
  const text = textOf(reader, name);
  if (text === undefined)
    reader.problems.add(
      [...path, 'file'],
      `the file ${JSON.stringify(name)} cannot be read; check its path and who may read it.`,
    );
  return text?.trimEnd();
}

function fileName(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1 || !('file' in value))
    return undefined;
  return typeof value.file === 'string' && value.file !== '' ? value.file : undefined;
}

function textOf({ readFile }: Reader, name: string): string | undefined {
  try {
    return readFile(name);
  } catch {
    return undefined;
  }
}
