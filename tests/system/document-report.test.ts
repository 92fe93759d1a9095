/** Documents in, a cited report out, by the whole system as separate processes, on both backends. */
import { expect, test } from '@jest/globals';
import { temporaryFolder } from '@pressroom/testing';
import { PDFDocument } from 'pdf-lib';
import {
  formula,
  linksOf,
  makeReport,
  type ReportJson,
  saveOutput,
  title,
  untrueCitations,
  uploadSources,
} from './report-documents.ts';
import { backends, startSystem } from './running-system.ts';

test.each(backends)(
  'on %s, a report cites the words of its documents, as PDF, JSON and CSV; the same again is the same bytes',
  async (backend) => {
    const { path: folder } = await temporaryFolder();
    const system = await startSystem(backend);
    try {
      const { client } = system;
      const assetIds = await uploadSources(client, folder);
      const job = await makeReport(client, assetIds);
      expect(job).toMatchObject({ status: 'succeeded', error: null });
      // Three documents, a batch of each, the report; what was held for more batches came back.
      expect(job.cost).toMatchObject({ held: 28, captured: 7, refunded: 21 });
      // Vectors and findings of each document, the vector of the question, the reduction and the answer.
      expect(job.cost.calls).toEqual({ made: 0, offline: 9, saved: 0 });

      const found = JSON.parse((await saveOutput(client, folder, job, 'json')).toString()) as ReportJson;
      expect(found.method).toBe('extractive');
      expect(found.answer.text).toMatch(/bearings were dry/);
      expect(found.findings.length).toBeGreaterThan(2);
      const citations = [...found.answer.citations, ...found.findings.flatMap((each) => each.citations)];
      expect(new Set(citations.map(({ document }) => document))).toContain(1);
      expect(untrueCitations(found)).toEqual([]);
      const csv = (await saveOutput(client, folder, job, 'csv')).toString();
      for (const finding of found.findings) expect(csv).toContain(finding.title.slice(0, 20));
      expect(csv).toContain(`,"'${formula.replaceAll('"', '""')}",`);
      expect(csv).not.toMatch(/(?:^|,|\n)"?=/);
      expect(found.documents.map((document) => document.title)).toEqual([
        'Water works of the town',
        expect.stringMatching(/^(?:River|Quality of the river)$/),
        formula,
      ]);

      const bytes = await saveOutput(client, folder, job, 'pdf');
      const pdf = await PDFDocument.load(bytes, { updateMetadata: false });
      expect(pdf.getTitle()).toBe(title);
      expect(pdf.getPageCount()).toBe(job.output?.pages);
      // Contents and citations lead somewhere.
      expect(linksOf(pdf)).toBeGreaterThan(found.findings.length);

      const again = await makeReport(client, assetIds);
      expect(again.status).toBe('succeeded');
      expect((await saveOutput(client, folder, again, 'pdf')).equals(bytes)).toBe(true);
      // The documents are known, with their vectors; all that was made of them was made before.
      expect(again.cost.calls).toEqual({ made: 0, offline: 0, saved: 6 });
      expect(again.cost).toMatchObject({ captured: 4, refunded: 24 });
    } finally {
      await system.close();
    }
  },
  180_000,
);
