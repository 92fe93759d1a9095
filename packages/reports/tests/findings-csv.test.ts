import { describe, expect, test } from '@jest/globals';
import { findingsCsv, type Report } from '../src/index.ts';

describe('the table of findings', () => {
  const report = (detail: string, quote = 'words'): Report => ({
    version: 1,
    title: 'A report',
    language: 'en',
    method: 'extractive',
    makers: [],
    documents: [{ index: 0, title: '=cmd', chunks: 1, chunksRead: 1 }],
    summary: '',
    findings: [
      {
        id: 'F1',
        title: 'T',
        detail,
        severity: 'high',
        confidence: 0.5,
        citations: [{ document: 0, page: 3, chunkId: 'c', quote }],
      },
    ],
    entities: [],
    figures: [],
    openQuestions: [],
    dropped: { findings: 0, citations: 0 },
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\n=1', ' =1', '＝1+1'])(
    'makes %j harmless',
    (text) => {
      const row = findingsCsv(report(text)).split('\r\n')[1] ?? '';
      expect(findingsCsv(report(text))).toContain(`'${text}`.replaceAll('"', '""'));
      expect(row).toContain("'=cmd");
    },
  );
  test('quotes what has commas, quotation marks and line breaks, and leaves the rest alone', () => {
    expect(findingsCsv(report('a "b", c', 'plain'))).toBe(
      '\ufeffid,severity,confidence,title,detail,document,page,quote,chunk\r\nF1,high,0.50,T,"a ""b"", c",\'=cmd,3,plain,c\r\n',
    );
  });
});
