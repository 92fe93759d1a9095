import { type WorkerType, workerTypes } from '@pressroom/domain';
import cliProgress from 'cli-progress';

/** How far each sort of step is, in pictures for ingest and generate, in pages for pdf. */
export interface StepCount {
  readonly done: number;
  readonly total: number;
}

export interface StepBars {
  update(worker: WorkerType, count: StepCount): void;
  stop(): void;
}

const labels: Record<WorkerType, string> = { ingest: 'ingest  ', generate: 'generate', pdf: 'pdf     ' };

/** One bar for each step of the way. On something that is no terminal: a line whenever a step of the way is done. */
export function showStepBars(stream: NodeJS.WriteStream): StepBars {
  return stream.isTTY ? drawBars(stream) : printLines(stream);
}

function drawBars(stream: NodeJS.WriteStream): StepBars {
  const multi = new cliProgress.MultiBar(
    { format: '  {label} {bar} {value}/{total}', hideCursor: true, stream, barsize: 40, gracefulExit: false },
    cliProgress.Presets.shades_classic,
  );
  const bars = new Map(workerTypes.map((worker) => [worker, multi.create(1, 0, { label: labels[worker] })]));
  return {
    update: (worker, { done, total }) => {
      const bar = bars.get(worker);
      bar?.setTotal(Math.max(total, 1));
      bar?.update(done);
    },
    stop: () => multi.stop(),
  };
}

function printLines(stream: NodeJS.WriteStream): StepBars {
  const finished = new Set<WorkerType>();
  return {
    update: (worker, { done, total }) => {
      if (done < total || total === 0 || finished.has(worker)) return;
      finished.add(worker);
      stream.write(`  ${labels[worker]} ${done}/${total}\n`);
    },
    stop: () => {},
  };
}
