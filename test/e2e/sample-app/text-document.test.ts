import { describe, expect, it } from '@jest/globals';
import { readTextDocument } from '../../../sample-app/src/documents/text-document.js';
import { decodeText } from '../../../sample-app/src/files/text-encoding.js';
import { sample } from './sample.js';

describe('a file without a signature', () => {
  it('is Markdown by the signs its author made, with its heading as title', async () => {
    expect(readTextDocument(await sample('harbour-rules.md'))).toMatchObject({
      kind: 'markdown',
      title: 'Rules of the harbour',
    });
  });

  it('takes the title from front matter when there is one', () => {
    const { kind, title } = readTextDocument(Buffer.from('---\ntitle: "On tides"\n---\n# Another\n'));
    expect({ kind, title }).toEqual({ kind: 'markdown', title: 'On tides' });
  });

  it('is plain text otherwise, with its first line as title and a page for each form feed', async () => {
    expect(readTextDocument(await sample('logbook.txt'))).toMatchObject({
      kind: 'text',
      title: 'Logbook of the ferry Storm Petrel, 7 February 2025',
    });
    expect(readTextDocument(Buffer.from('one\ftwo\f')).pages).toEqual(['one', 'two', '']);
    expect(readTextDocument(Buffer.from('# of crew: 3\nbread: 2\n')).kind).toBe('text');
  });

  it('is decoded by its byte-order mark, as UTF-8, or as Windows text', () => {
    expect(decodeText(Buffer.from('\ufeffTür', 'utf16le'))).toEqual({
      text: 'Tür',
      encoding: 'utf-16le',
      marked: true,
    });
    expect(decodeText(Buffer.from('Tür'))).toEqual({ text: 'Tür', encoding: 'utf-8', marked: false });
    expect(decodeText(Buffer.from('Tür', 'latin1'))).toEqual({ text: 'Tür', encoding: 'windows-1252', marked: false });
  });

  it('is refused when it holds what no text holds', () => {
    expect(() => decodeText(Buffer.from([0x68, 0x69, 0x00, 0x21]))).toThrow('control character 0x00 at position 2');
    expect(() => decodeText(Buffer.from([0xef, 0xbb, 0xbf, 0xc3]))).toThrow('not valid utf-8');
  });
});
