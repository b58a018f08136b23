/** How a browser comes in: the token is sent once, and kept in a cookie that no script can read. */
import { z } from '@hono/zod-openapi';
import { deleteCookie, setCookie } from 'hono/cookie';
import { declare, openRoute, type Api, type Asking } from '../frame.js';
import { addressOf, COOKIE, cookieOptions, countedCallerOf, countWrongToken, tokenOf } from '../guard.js';
import { HttpProblem } from '../problem.js';
import { RateLimit } from '../rate-limit.js';

const TAG = 'Session';
const Session = z
  .object({
    tokenNeeded: z.boolean(),
    name: z.string().nullable().openapi({ description: 'Who you are; null: nobody yet' }),
    role: z.enum(['read', 'operate']).nullable(),
  })
  .openapi('Session');
const Token = z.object({ token: z.string().min(1).max(300) });

/** A working day and a night. */
const COOKIE_SECONDS = 24 * 60 * 60;

export function sessionRoutes(api: Api): void {
  const { parts } = api;
  const wrong = new RateLimit(parts.limits.wrongTokensPerMinute);
  const tokenNeeded = parts.tokens.length > 0;
  openRoute(
    api,
    { path: '/api/session', tag: TAG, summary: 'Who you are, and whether a token is needed', answer: Session },
    ({ context }) => {
      const caller = countedCallerOf(context, parts, wrong);
      return { tokenNeeded, name: caller?.name ?? null, role: caller?.role ?? null };
    },
  );
  declare(
    api,
    'open',
    'post',
    {
      path: '/api/session',
      tag: TAG,
      summary: 'Come in: keeps the token in a cookie of this browser, for a day',
      body: Token,
      answer: Session,
    },
    (asking) => {
      const { body, context, now } = asking as Asking<unknown, unknown, z.output<typeof Token>>;
      if (!tokenNeeded) return { tokenNeeded, name: 'web', role: 'operate' };
      const token = tokenOf(body.token, parts.tokens);
      if (token === null) {
        countWrongToken(wrong, addressOf(context), now);
        throw new HttpProblem(401, 'token_needed', 'This is none of the tokens.');
      }
      setCookie(context, COOKIE, token.secret, { ...cookieOptions(context), maxAge: COOKIE_SECONDS });
      return { tokenNeeded, name: token.name, role: token.role };
    },
  );
  declare(
    api,
    'open',
    'delete',
    { path: '/api/session', tag: TAG, summary: 'Go out: forgets the cookie', answer: Session },
    ({ context }) => {
      deleteCookie(context, COOKIE, cookieOptions(context));
      return { tokenNeeded, name: null, role: null };
    },
  );
}
