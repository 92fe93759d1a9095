/** A job's steps with the real adapter of Gemini over HTTP: the scene of reports and plans, and the stand-in that answers them. */
import {
  type GeminiStandIn,
  type StandInObjectRequest,
  startGeminiStandIn,
} from '@pressroom/ai/gemini-stand-in';
import { apiKey, models, openReportScene, type ReportScene } from './report-scene.ts';

/** The passages of the document that every job has. */
export const waterTexts = [
  'The northern pump failed twice in March because its bearings were dry. The repair cost € 48,200.',
  'The water authority tested the river every week. Nitrate stayed below 25 mg in all samples.',
  'The hospital has no tank of its own. A second pump was ordered in May.',
];

export interface GeminiScene {
  readonly reports: ReportScene;
  readonly gemini: GeminiStandIn;
  /** A job of a new account. With `embedded`, its passages have vectors. */
  openJob(options: { readonly embedded: boolean }): Promise<Awaited<ReturnType<ReportScene['open']>>>;
  /** Calls for JSON since the job was opened, or since they were last forgotten. */
  calls(): readonly StandInObjectRequest[];
  forgetCalls(): void;
  close(): Promise<void>;
}

export async function openGeminiScene(): Promise<GeminiScene> {
  const reports = await openReportScene();
  const gemini = await startGeminiStandIn({ apiKey, models });
  let before = 0;
  const forgetCalls = (): void => {
    before = gemini.objects.calls.length;
  };
  return {
    reports,
    gemini,
    openJob: async ({ embedded }) => {
      const embeddings = embedded ? reports.geminiEmbeddings(gemini.url) : undefined;
      const job = await reports.open({ objects: reports.geminiObjects(gemini.url), embeddings }, waterTexts);
      forgetCalls();
      return job;
    },
    calls: () => gemini.objects.calls.slice(before).map(({ body }) => body),
    forgetCalls,
    close: async () => {
      await gemini.close();
      await reports.close();
    },
  };
}

export function promptOf(call: StandInObjectRequest | undefined): string {
  return call?.contents[0]?.parts[0]?.text ?? '';
}

/** What the model is told of its answer before. */
export function complaintIn(call: StandInObjectRequest | undefined): string {
  return call?.contents[2]?.parts[0]?.text ?? '';
}
