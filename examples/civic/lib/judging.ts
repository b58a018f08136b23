/** The parts of a run of the contributions' analysis, as the project is configured. */
import { join } from 'node:path';
import type { TaskContext } from 'daychain';
import { inProject, outFolder } from './files.js';
import type { Sources } from './incoming.js';
import type { IssueSource } from './issues/fetch-issues.js';
import type { Judging } from './judge-contribution.js';
import { modelValidator } from './validators/model.js';
import { rulesValidator } from './validators/rules.js';
import { untilDown } from './validators/until-down.js';
import type { Validator } from './validators/validator.js';

/** Who judges where nothing else is said: a configured model, else the rules. */
export type ValidatorChoice = 'auto' | 'rules' | 'model';

/** @throws PermanentError by the client, if a model is to judge and none is configured */
export async function validatorFor(ctx: TaskContext, choice: ValidatorChoice): Promise<Validator> {
  if (choice === 'rules') return rulesValidator;
  const models = await ctx.clients.llm();
  if (choice === 'auto' && models.providers.length === 0) return rulesValidator;
  return untilDown(modelValidator(models, ctx));
}

export interface AnalysisParams {
  source: Sources['source'];
  folder?: string | undefined;
  timezone: string;
  validator: ValidatorChoice;
  labelUnassigned: boolean;
}

/** Where texts come from. */
export function sourcesFor(ctx: TaskContext<AnalysisParams>): Sources {
  return {
    source: ctx.params.source,
    folder: ctx.params.folder ?? inProject('data', 'contributions'),
    inbox: inboxFolder(ctx),
    sampleIssues: ctx.settings.GITHUB_REPOSITORY === null,
    timeZone: ctx.params.timezone,
  };
}

/** The repository whose issues are contributions; null where none is configured. */
export function issueSource({ settings }: Pick<TaskContext, 'settings'>): IssueSource | null {
  const { GITHUB_REPOSITORY: repository, GITHUB_URL: url, GITHUB_TOKEN: token } = settings;
  return repository === null ? null : { repository, url: url.replace(/\/$/, ''), token };
}

export async function judgingFor(ctx: TaskContext<AnalysisParams>): Promise<Judging> {
  // Labels need a token; reading a public repository does not.
  const source = ctx.settings.GITHUB_TOKEN === null ? null : issueSource(ctx);
  return {
    root: outFolder(ctx),
    validator: await validatorFor(ctx, ctx.params.validator),
    labelling: { inbox: inboxFolder(ctx), http: () => ctx.clients.http(), source, unassigned: ctx.params.labelUnassigned },
    run: { taskId: ctx.taskId, date: ctx.date },
    signal: ctx.signal,
  };
}

export function inboxFolder(ctx: Pick<TaskContext, 'settings'>): string {
  return join(outFolder(ctx), 'inbox');
}
