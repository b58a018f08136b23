/** The OpenAPI document: made of the same declarations that check requests. And a page to read it on. */
import { z } from '@hono/zod-openapi';
import { DOCS_CSS, docsPage, type OpenApiDocument } from './docs-page.js';
import { readRoute, type Api } from './frame.js';

const TAG = 'Service';

export function documentRoutes(api: Api): void {
  api.app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'One of DAYCHAIN_WEB_TOKENS. None is needed where none is set: then only this machine is listened to.',
  });
  let document: OpenApiDocument | undefined;
  readRoute(
    api,
    { path: '/openapi.json', tag: TAG, summary: 'This document', answer: z.object({ openapi: z.string() }) },
    ({ context }) => context.json((document ??= documentOf(api))),
  );
  readRoute(
    api,
    { path: '/docs', tag: TAG, summary: 'This document, to read', answer: z.string(), mediaType: 'text/html' },
    ({ context }) => context.html(docsPage((document ??= documentOf(api)))),
  );
  readRoute(
    api,
    { path: '/docs.css', tag: TAG, summary: 'How it looks', answer: z.string(), mediaType: 'text/css' },
    () => new Response(DOCS_CSS, { headers: { 'content-type': 'text/css; charset=utf-8' } }),
  );
}

export function documentOf({ app, parts }: Api): OpenApiDocument {
  const { webhooks: _none, ...document } = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'daychain',
      version: parts.version,
      description:
        'What the server knows of a project, and what can be done about it. The same as the command line says and does.',
    },
    tags: TAGS,
  });
  return document as unknown as OpenApiDocument;
}

/** In the order in which the page tells them. */
const TAGS = [
  { name: 'Project', description: 'The files, and what is wrong with them' },
  { name: 'Schedules', description: 'What is due, and what became of it' },
  { name: 'Act on schedules', description: 'Pause, resume, sync' },
  { name: 'Runs', description: 'What ran and runs, and why not' },
  { name: 'Act on runs', description: 'Start, run again, stop, decide' },
  { name: 'Backfills', description: 'Dates that somebody asks for afterwards' },
  { name: 'One-shots', description: 'Once, at an instant' },
  { name: 'Locks', description: 'Who holds which' },
  { name: 'Notices', description: 'Who is told of failures, and a test' },
  { name: 'Views', description: 'Whole screens of the page, in one answer' },
  { name: 'Session', description: 'How a browser comes in' },
  { name: 'Service', description: 'Health, numbers, events, this document' },
];
