import { expect, test } from 'bun:test';
import { recognised } from './media-type.ts';
import type { MediaKind } from './ports.ts';

const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const rest = '\0'.repeat(64);
const png = `\x89PNG\r\n\x1a\n\0\0\0\rIHDR${rest}`;
const samples: Readonly<Record<string, string>> = {
  'image/png': png,
  'image/jpeg': `\xff\xd8\xff\xe0${rest}`,
  'image/gif': `GIF89a${rest}`,
  'image/webp': `RIFF\0\0\0\0WEBPVP8 ${rest}`,
  'application/pdf': '%PDF-1.7\n',
  'audio/wav': `RIFF\0\0\0\0WAVEfmt ${rest}`,
  'audio/flac': `fLaC${rest}`,
  'audio/ogg': `OggS${rest}`,
  'audio/mpeg': `ID3\x04${rest}`,
};

test('bytes are what they show, whatever the server calls them, and only where their kind is wanted', () => {
  const seen = (kind: MediaKind) =>
    Object.values(samples).flatMap((sample) => recognised(kind, bytes(sample), 'text/html') ?? []);
  expect({ image: seen('image'), file: seen('file'), audio: seen('audio') }).toEqual({
    image: ['image/png', 'image/jpeg', 'image/gif', 'image/webp'],
    file: ['application/pdf'],
    audio: ['audio/wav', 'audio/flac', 'audio/ogg', 'audio/mpeg'],
  });
  expect(recognised('audio', bytes(`\xff\xfb${rest}`), undefined)).toBe('audio/mpeg');
  expect(recognised('audio', bytes('\xff\xfeh\0i\0'), 'audio/mpeg')).toBeUndefined();
});

test('an image that is no image is not recognised', () => {
  const no = [
    '',
    '<html>',
    '<svg xmlns="http://www.w3.org/2000/svg"/>',
    '\x89PNG\r\n\x1a\n',
    'GIF89a',
    'RIFF\0\0\0\0WEBP',
    '{}',
  ];
  expect(no.map((text) => recognised('image', bytes(text), 'image/png'))).toEqual(no.map(() => undefined));
});

test('text is UTF-8 and declared as text, or not declared', () => {
  const utf8 = new TextEncoder().encode('Grüße');
  const declared = (type?: string) => recognised('file', utf8, type);
  expect(declared()).toBe('text/plain');
  expect(declared('application/octet-stream')).toBe('text/plain');
  expect(declared('Text/Markdown; charset=utf-8')).toBe('text/markdown');
  expect(declared('application/ld+json')).toBe('application/ld+json');
  expect(declared('application/pdf')).toBeUndefined();
  expect(declared('image/png')).toBeUndefined();
  expect(recognised('file', bytes('Gr\xfc\xdfe'), 'text/plain')).toBeUndefined();
  expect(recognised('file', bytes('a\0b\0'), 'text/plain')).toBeUndefined();
  expect(recognised('file', bytes(''), 'text/plain')).toBeUndefined();
  expect(recognised('image', utf8, 'text/plain')).toBeUndefined();
});
