import { renderExplanation } from '../operator/render-explanation.ts';
import { fetchExplanation, type ServerOptions } from '../operator/server.ts';
import { paintFor } from '../text/palette.ts';

export interface InspectOptions extends ServerOptions {
  readonly jobId: string;
  readonly json?: boolean | undefined;
  readonly all?: boolean | undefined;
  readonly output: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
  readonly signal: AbortSignal;
}

/** Prints why a job stands where it stands. */
export async function runInspect(options: InspectOptions): Promise<void> {
  const { output, environment, json, all = false } = options;
  const explanation = await fetchExplanation(options, options.jobId, options.signal);
  output.write(
    json
      ? `${JSON.stringify(explanation, null, 2)}\n`
      : renderExplanation(explanation, { paint: paintFor(output, environment), all }),
  );
}
