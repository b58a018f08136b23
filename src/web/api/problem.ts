/** What goes wrong, as problem details (RFC 9457). Never a stack. */
import { z } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import { TemporalUnreachable } from '../../connections/temporal.js';
import { connectionProblem } from '../../control/connection-problem.js';
import { BadInput, NotFound, Refused } from '../../control/errors.js';
import { LockStoreError, LockStoreUnreachable } from '../../lock/errors.js';
import { ServerNotKnown } from '../../session/open.js';

/** One part of a request that will not do. */
const Fault = z.object({
  in: z.enum(['path', 'query', 'body']),
  pointer: z.string().openapi({ description: 'JSON pointer into that part', example: '/date' }),
  detail: z.string(),
});

export const ProblemSchema = z
  .object({
    type: z.string().openapi({ description: 'Where the kind is explained', example: '/docs#problem-refused' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().openapi({ description: 'What happened, why, and what to do next; for people' }),
    kind: z.string().openapi({ description: 'For programs: bad_input, not_found, unreachable, or why it was refused' }),
    errors: z.array(Fault).optional().openapi({ description: 'Of bad input: each part that will not do' }),
    details: z.record(z.string(), z.unknown()).optional().openapi({ description: 'Of a refusal: more of it, for programs' }),
    address: z.string().optional().openapi({ description: 'Of a server that cannot be reached: where it was looked for' }),
  })
  .openapi('Problem');
export type Problem = z.infer<typeof ProblemSchema>;
export type Fault = z.infer<typeof Fault>;

const TITLES: Record<number, string> = {
  400: 'Bad input',
  401: 'A token is needed',
  403: 'Not allowed',
  404: 'Not there',
  405: 'No such method here',
  409: 'Refused',
  413: 'Too large',
  415: 'Not JSON',
  421: 'Not for this server',
  429: 'Too often',
  500: 'daychain itself failed',
  503: 'Not available',
};

/** An answer a route or guard gives in place of its own. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  constructor(
    readonly status: number,
    readonly kind: string,
    detail: string,
    readonly more: Partial<Pick<Problem, 'errors' | 'details' | 'address'>> & { retryAfterSeconds?: number; allow?: string } = {},
  ) {
    super(detail);
  }
}

/** Null for a fault of daychain itself: then the log has to keep it. */
export function knownProblem(error: unknown): HttpProblem | null {
  if (error instanceof HttpProblem) return error;
  if (error instanceof NotFound) return new HttpProblem(404, 'not_found', error.message);
  if (error instanceof BadInput) return new HttpProblem(400, 'bad_input', error.message);
  if (error instanceof Refused) return new HttpProblem(409, error.kind, error.message, { details: error.details });
  if (error instanceof TemporalUnreachable) {
    return new HttpProblem(503, 'unreachable', error.message, { address: error.address, retryAfterSeconds: 2 });
  }
  if (error instanceof LockStoreUnreachable || error instanceof LockStoreError || error instanceof ServerNotKnown) {
    return new HttpProblem(503, 'unreachable', error.message, { retryAfterSeconds: 2 });
  }
  if (error instanceof HTTPException && error.status < 500) {
    return new HttpProblem(
      error.status,
      error.status === 413 ? 'too_large' : 'bad_input',
      error.message || TITLES[error.status]!,
    );
  }
  const connection = connectionProblem(error);
  if (connection === null) return null;
  return new HttpProblem(503, 'unreachable', `Temporal does not answer as it should: ${connection}`, { retryAfterSeconds: 2 });
}

export function problemResponse({ status, kind, message, more }: HttpProblem): Response {
  const { retryAfterSeconds, allow, ...rest } = more;
  const family = status === 409 ? 'refused' : kind;
  const body: Problem = {
    type: `/docs#problem-${family.replaceAll('_', '-')}`,
    title: TITLES[status] ?? 'Error',
    status,
    detail: message,
    kind,
    ...rest,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/problem+json; charset=utf-8',
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
      ...(allow === undefined ? {} : { allow }),
      ...(status === 401 ? { 'www-authenticate': 'Bearer realm="daychain"' } : {}),
    },
  });
}

/** What zod found, with a pointer to each place. */
export function badRequest(part: Fault['in'], issues: readonly z.core.$ZodIssue[]): HttpProblem {
  const errors = issues.flatMap((issue) => faultsOf(part, issue));
  const told = errors.slice(0, 3).map((fault) => `${fault.in} ${fault.pointer || '/'}: ${fault.detail}`);
  const more = errors.length > told.length ? [`and ${errors.length - told.length} more`] : [];
  return new HttpProblem(400, 'bad_input', [...told, ...more].join('\n'), { errors });
}

function faultsOf(part: Fault['in'], issue: z.core.$ZodIssue): Fault[] {
  const at = issue.path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  if (issue.code !== 'unrecognized_keys') return [{ in: part, pointer: at, detail: issue.message }];
  return issue.keys.map((key) => ({
    in: part,
    pointer: `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    detail: 'is not known here',
  }));
}
