import { resolve } from 'node:path';
import {
  type LearningStyle,
  learningStyles,
  type PageSize,
  pageSizes,
  type SkillLevel,
  skillLevels,
} from '@pressroom/domain';
import { type Command, Option } from 'commander';
import { type PlanCommandOptions, runPlanDiff, runPlanList, runPlanRegenerate } from './commands/plans.ts';

type Shared = Omit<PlanCommandOptions, 'url' | 'json' | 'keyFile'>;

interface Asking {
  readonly url?: string;
  readonly json?: boolean;
  readonly keyFile?: string;
}

interface RegenerateFlags extends Asking {
  readonly base?: number;
  readonly topic?: string;
  readonly level?: SkillLevel;
  readonly hours?: number;
  readonly style?: LearningStyle;
  readonly start?: string;
  readonly deadline?: string | false;
  readonly notes?: string | false;
  readonly language?: string;
  readonly pageSize?: PageSize;
  readonly out?: string;
}

/** `plans list`, `plans diff` and `plans regenerate`, on a server that runs. `asking` adds what every such command takes. */
export function addPlanCommands(
  program: Command,
  shared: Shared,
  workingFolder: string,
  asking: (command: Command) => Command,
): void {
  const plans = program.command('plans').description('Learning plans of an account and their versions.');
  const asked = (command: Command): Command =>
    asking(command).option(
      '--key-file <file>',
      'a file with an API key (default: the one that npm start has made)',
    );
  const optionsOf = ({ url, json, keyFile }: Asking): PlanCommandOptions => ({
    ...shared,
    url,
    json,
    keyFile: keyFile === undefined ? undefined : resolve(workingFolder, keyFile),
  });

  asked(plans.command('list'))
    .description('Lists them, newest first.')
    .option('--limit <count>', 'so many at most', Number, 50)
    .action(async ({ limit, ...given }: Asking & { limit: number }) => {
      await runPlanList(optionsOf(given), limit);
    });

  asked(plans.command('diff'))
    .description(
      'Shows what is different between two versions: by itself since the one that the newest was made from.',
    )
    .argument('<planId>')
    .option('--from <version>', 'the earlier one', Number)
    .option('--to <version>', 'the later one', Number)
    .action(async (planId: string, { from, to, ...given }: Asking & { from?: number; to?: number }) => {
      await runPlanDiff(optionsOf(given), planId, { from, to });
    });

  asked(plans.command('regenerate'))
    .description('Makes a new version of a plan: what is not named stays.')
    .argument('<planId>')
    .option('--base <version>', 'the version whose values are changed (default: the newest)', Number)
    .option('--topic <topic>', 'what is to be learned')
    .addOption(new Option('--level <level>', 'what you bring along').choices([...skillLevels]))
    .option('--hours <hours>', 'hours a week that the plan never exceeds', Number)
    .addOption(new Option('--style <style>', 'what most of the time is for').choices([...learningStyles]))
    .option('--start <date>', 'first day, as 2026-03-02')
    .option('--deadline <date>', 'last day')
    .option('--no-deadline', 'without a last day')
    .option('--notes <words>', 'what else should be known')
    .option('--no-notes', 'without notes')
    .option('--language <tag>', 'BCP 47 language of the plan')
    .addOption(new Option('--page-size <size>', 'the size of a page').choices([...pageSizes]))
    .option('--out <file>', 'where the new workbook goes')
    .action(async (planId: string, flags: RegenerateFlags) => {
      const { base, out } = flags;
      const isMade = await runPlanRegenerate({
        ...optionsOf(flags),
        planId,
        base,
        overrides: overridesOf(flags),
        out: out === undefined ? undefined : resolve(workingFolder, out),
      });
      if (!isMade) process.exitCode = 1;
    });
}

/** Commander says `false` of what `--no-…` takes away. */
function overridesOf({
  topic,
  level,
  hours,
  style,
  start,
  deadline,
  notes,
  language,
  pageSize,
}: RegenerateFlags) {
  return {
    topic,
    skillLevel: level,
    weeklyHours: hours,
    learningStyle: style,
    start,
    deadline: deadline === false ? null : deadline,
    notes: notes === false ? null : notes,
    language,
    pageSize,
  };
}
