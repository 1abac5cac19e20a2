import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { box, ebml, element, isoMedia, mp3, odt, office, ogg, wav, zip } from '../../../testing/samples.ts';
import type { ByteSource } from './byte-source.ts';
import { recognise } from './recognise.ts';

const sourceOf = (bytes: Buffer): ByteSource => ({
  size: bytes.length,
  read: async (position, length) => bytes.subarray(position, position + length),
  stream: async function* () {
    for (let start = 0; start < bytes.length; start += 7) yield bytes.subarray(start, start + 7);
  },
});

const text = (content: string): Buffer => Buffer.from(content);
const hex = (content: string): Buffer => Buffer.from(content.replaceAll(' ', ''), 'hex');
const id3 = (tagBytes: number, after: Buffer, flags = 0): Buffer =>
  Buffer.concat([
    hex('494433 0400'),
    Buffer.from([flags, 0, 0, tagBytes >> 7, tagBytes & 0x7f]),
    Buffer.alloc(tagBytes),
    after,
  ]);
const vorbis = Buffer.concat([Buffer.from([1]), text('vorbis')]);
const audioFirst = (payload: number) =>
  Buffer.concat([
    box('ftyp', 'isom', Buffer.alloc(4)),
    box('moov', box('trak', box('mdia', box('hdlr', Buffer.alloc(8), 'soun', Buffer.alloc(13))))),
    box('mdat', Buffer.alloc(payload)),
  ]);

describe('recognise', () => {
  it.each<[string, Buffer, string | undefined]>([
    ['PNG', hex('89504e470d0a1a0a 00'), 'image/png'],
    ['JPEG', hex('ffd8ff e0'), 'image/jpeg'],
    ['GIF 87', text('GIF87a..'), 'image/gif'],
    ['GIF 89', text('GIF89a<script>'), 'image/gif'],
    ['another GIF', text('GIF90a'), 'text/plain; charset=utf-8'],
    ['WebP', text('RIFF\0\0\0\0WEBPVP8 '), 'image/webp'],
    ['WAV', wav(0.01), 'audio/wav'],
    ['another RIFF', text('RIFF\0\0\0\0AVI LIST'), undefined],
    ['Ogg Opus', ogg(text('OpusHead')), 'audio/ogg'],
    ['Ogg Vorbis', ogg(vorbis), 'audio/ogg'],
    ['Ogg Theora', ogg(text('\x80theora')), undefined],
    ['Ogg that is text', text(`OggS${' '.repeat(60)}`), undefined],
    ['M4A by brand', isoMedia('M4A ', ['vide']), 'audio/mp4'],
    ['M4B by brand', isoMedia('M4B ', []), 'audio/mp4'],
    ['MP4 with sound alone, moov last', isoMedia('isom', ['soun']), 'audio/mp4'],
    ['MP4 with sound alone, moov first', audioFirst(5_000), 'audio/mp4'],
    ['MP4 with both', isoMedia('mp42', ['soun', 'vide']), 'video/mp4'],
    ['MP4 with a picture alone', isoMedia('avc1', ['vide']), 'video/mp4'],
    ['MP4 without tracks', isoMedia('iso5', []), 'video/mp4'],
    ['MP4 with captions alone', isoMedia('dash', ['text']), 'video/mp4'],
    ['MP4 that breaks off', isoMedia('isom', ['soun']).subarray(0, 150), 'video/mp4'],
    [
      'MP4 with an endless box',
      Buffer.concat([box('ftyp', 'isom'), hex('00000000'), text('mdat')]),
      'video/mp4',
    ],
    [
      'MP4 with a large box',
      Buffer.concat([box('ftyp', 'isom'), hex('00000001'), text('moov'), hex('0000000000000010')]),
      'video/mp4',
    ],
    ['QuickTime', isoMedia('qt  ', ['vide']), undefined],
    ['HEIC', isoMedia('heic', []), undefined],
    ['AVIF', isoMedia('avif', []), undefined],
    ['a text that begins like a foreign brand', text('xxxxftypqt  text'), undefined],
    ['WebM with sound alone', ebml('webm', [2]), 'audio/webm'],
    ['WebM with both', ebml('webm', [1, 2]), 'video/webm'],
    ['WebM without tracks', ebml('webm', []), 'video/webm'],
    [
      'WebM of unknown length',
      Buffer.concat([
        element('1a45dfa3', element('4282', text('webm'))),
        hex('18538067 01ffffffffffffff'),
        element('1654ae6b', element('ae', element('83', Buffer.from([2])))),
      ]),
      'audio/webm',
    ],
    ['Matroska', ebml('matroska', [1]), undefined],
    ['PDF', text('%PDF-1.7'), 'application/pdf'],
    ['PDF behind a byte', text(' %PDF-1.7'), 'text/plain; charset=utf-8'],
    ['ODT', odt(), 'application/vnd.oasis.opendocument.text'],
    ['ODT whose type is compressed', odt(8), undefined],
    [
      'DOCX',
      office('word/document.xml'),
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    ],
    ['XLSX', office('xl/workbook.xml'), 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    [
      'PPTX',
      office('ppt/presentation.xml'),
      'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    ],
    [
      'DOCX with a comment',
      zip([{ name: '[Content_Types].xml' }, { name: 'word/document.xml' }], 'a comment'),
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    ],
    ['DOCM', office('word/document.xml', [{ name: 'word/vbaProject.bin', content: 'x' }]), undefined],
    ['JAR', zip([{ name: 'META-INF/MANIFEST.MF', content: 'x' }]), undefined],
    ['a ZIP that breaks off', office('word/document.xml').subarray(0, -10), undefined],
    ['an empty ZIP', zip([]), undefined],
    ['ADTS', hex('fff15080'), 'audio/aac'],
    ['ADTS of MPEG-2 without check sum', hex('fff9'), 'audio/aac'],
    ['ADTS behind a tag', id3(300, hex('fff150')), 'audio/aac'],
    [
      'ADTS behind a tag with footer',
      id3(20, Buffer.concat([Buffer.alloc(10), hex('fff150')]), 0x10),
      'audio/aac',
    ],
    ['MP3 behind a tag', id3(20, hex('fffb9064')), 'audio/mpeg'],
    ['a tag alone', mp3(), 'audio/mpeg'],
    ['MP3', hex('fffb9064'), 'audio/mpeg'],
    ['MP3 of a reserved version', hex('ffeb9064'), undefined],
    ['MP3 of a free bit rate', hex('fffb0064'), undefined],
    ['MP3 of a bad bit rate', hex('fffbf064'), undefined],
    ['MP3 of a reserved rate', hex('fffb9c64'), undefined],
    ['MPEG Layer II', hex('fffd9064'), undefined],
    ['text', text('こんにちは\r\n\tworld'), 'text/plain; charset=utf-8'],
    ['text with a byte order mark', text('\ufeffhello'), 'text/plain; charset=utf-8'],
    ['SVG', text('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), 'text/plain; charset=utf-8'],
    ['text with NUL', text('a\0b'), undefined],
    ['text with ESC', text('\x1b[2J'), undefined],
    ['text with DEL', text('a\x7f'), undefined],
    ['text with a C1 control', text('a\u0085'), undefined],
    ['Latin-1', Buffer.from('café', 'latin1'), undefined],
    ['text that ends within a character', text('あ').subarray(0, 2), undefined],
    ['UTF-16', Buffer.from('\ufeffhello', 'utf16le'), undefined],
    ['an ELF program', hex('7f454c46 020101'), undefined],
    ['an EXE', text('MZ\x90\0'), undefined],
  ])('%s', async (_name, bytes, expected) => {
    expect((await recognise(sourceOf(bytes)))?.contentType).toBe(expected);
  });

  it('ends on any bytes behind any signature', async () => {
    const signatures = [
      'OggS',
      '\0\0\0\x18ftypisom',
      '\x1a\x45\xdf\xa3',
      'PK\x03\x04',
      'ID3',
      '\xff\xf1',
      'RIFF',
      '',
    ];
    const signature = fc.constantFrom(...signatures).map((each) => Buffer.from(each, 'latin1'));
    await fc.assert(
      fc.asyncProperty(signature, fc.uint8Array({ maxLength: 300 }), async (start, rest) => {
        await recognise(sourceOf(Buffer.concat([start, rest])));
      }),
      { numRuns: 1_000 },
    );
  });
});
