/** What every request has to pass before it reaches a route: the right host, a token, no foreign page behind it. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { Context, MiddlewareHandler } from 'hono';
import { deleteCookie, getCookie } from 'hono/cookie';
import type { WebEnv } from './frame.js';
import type { Caller, Role, WebParts, WebToken } from './parts.js';
import { HttpProblem } from './problem.js';
import type { RateLimit } from './rate-limit.js';

export const COOKIE = 'daychain_token';

/** Headers of every answer. Answers of the API are nobody's to keep. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

export function secured(response: Response): Response {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
  if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store');
  return response;
}

/** Refuses what a page of another origin could make a browser send, and names that were bent to point here. */
export function sameSite(parts: Pick<WebParts, 'tokens'>): MiddlewareHandler<WebEnv> {
  return async (context, next) => {
    const host = context.req.header('host') ?? '';
    // Where no token is asked for, a name that an attacker's DNS points to this machine must not do.
    if (parts.tokens.length === 0 && !isLoopbackHost(host)) {
      throw new HttpProblem(421, 'wrong_host', `This server answers to localhost and 127.0.0.1 only, not to this name.`);
    }
    if (!['GET', 'HEAD'].includes(context.req.method)) refuseForeignPage(context, host);
    await next();
  };
}

function refuseForeignPage(context: Context<WebEnv>, host: string): void {
  const site = context.req.header('sec-fetch-site');
  const origin = context.req.header('origin');
  const foreign = (site !== undefined && site !== 'same-origin') || (origin !== undefined && hostOf(origin) !== host);
  if (foreign)
    throw new HttpProblem(403, 'foreign_origin', 'Actions are taken from the page of this server only, or from a program.');
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/** `localhost`, `127.x.y.z`, `[::1]`, `name.localhost`, each with or without a port. */
export function isLoopbackHost(host: string): boolean {
  const match = /^(\[[0-9a-f:.]+\]|[^:\]]+)(?::\d{1,5})?$/i.exec(host);
  if (!match) return false;
  const name = match[1]!.toLowerCase();
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** Who asks; null: nobody we know. */
export function callerOf(context: Context<WebEnv>, parts: Pick<WebParts, 'tokens' | 'person'>): Caller | null {
  if (parts.tokens.length === 0) return { name: 'web', role: 'operate', by: `web ${parts.person}` };
  const token = tokenOf(bearerOf(context) ?? getCookie(context, COOKIE) ?? '', parts.tokens);
  return token && { name: token.name, role: token.role, by: token.name };
}

/**
 * Who asks, each wrong token counted; null: nobody we know.
 * @throws HttpProblem 429
 */
export function countedCallerOf(context: Context<WebEnv>, parts: WebParts, wrong: RateLimit): Caller | null {
  const caller = callerOf(context, parts);
  const sent = context.req.header('authorization') !== undefined || getCookie(context, COOKIE) !== undefined;
  if (caller === null && sent) countWrongToken(wrong, addressOf(context), parts.now());
  return caller;
}

function bearerOf(context: Context<WebEnv>): string | undefined {
  return /^Bearer +(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
}

/**
 * Has the browser drop a cookie whose token is none any more. It would send it with every look of the page, each counted as
 * a guess, until it is told no longer that a token is needed. An answer that sets a cookie has dropped it already.
 */
export function dropOutdatedCookie(context: Context<WebEnv>, parts: Pick<WebParts, 'tokens'>): void {
  const cookie = getCookie(context, COOKIE);
  if (cookie === undefined || bearerOf(context) !== undefined || parts.tokens.length === 0) return;
  if (tokenOf(cookie, parts.tokens) !== null || context.res.headers.has('set-cookie')) return;
  deleteCookie(context, COOKIE, cookieOptions(context));
}

/** Only over TLS where the browser has it, be it to a proxy in front. */
export function cookieOptions(context: Context<WebEnv>) {
  const secure = new URL(context.req.url).protocol === 'https:' || context.req.header('x-forwarded-proto') === 'https';
  return { httpOnly: true, sameSite: 'Strict' as const, path: '/', secure };
}

/** Compares with every token, each in constant time. */
export function tokenOf(secret: string, tokens: readonly WebToken[]): WebToken | null {
  const given = digest(secret);
  let found: WebToken | null = null;
  for (const token of tokens) {
    if (timingSafeEqual(given, digest(token.secret))) found = token;
  }
  return found;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** @throws HttpProblem 401, 403 or 429 */
export function admit(context: Context<WebEnv>, parts: WebParts, needed: Role, wrong: RateLimit): Caller {
  const caller = countedCallerOf(context, parts, wrong);
  if (caller === null) {
    throw new HttpProblem(
      401,
      'token_needed',
      'Send a token: Authorization: Bearer TOKEN. DAYCHAIN_WEB_TOKENS says which there are.',
    );
  }
  if (needed === 'operate' && caller.role !== 'operate') {
    throw new HttpProblem(403, 'role_needed', `The token "${caller.name}" may read only; this needs one that may operate.`);
  }
  return caller;
}

/** @throws HttpProblem 429 once there were too many */
export function countWrongToken(wrong: RateLimit, address: string, now: number): void {
  const seconds = wrong.take(address, now);
  if (seconds > 0)
    throw new HttpProblem(429, 'too_often', 'Too many wrong tokens from this address.', { retryAfterSeconds: seconds });
}

export function addressOf(context: Context<WebEnv>): string {
  return context.env?.incoming?.socket.remoteAddress ?? 'unknown';
}
