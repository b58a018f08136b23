/** The OpenAPI document as a page: no scripts, nothing from elsewhere. */
import { html } from 'hono/html';

type Schema = { $ref?: string; type?: string | string[]; description?: string } & Record<string, unknown>;
interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema?: Schema;
}
interface Operation {
  summary: string;
  description?: string;
  tags: string[];
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content: Record<string, { schema: Schema }> }>;
}
export interface OpenApiDocument {
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** What each kind of problem means. `type` of a problem points here. */
const PROBLEMS: Readonly<Record<string, string>> = {
  'bad-input': 'What was sent will not do. errors says what and where.',
  'not-found': 'There is no such thing, or no such path.',
  refused: 'The state of things does not allow it now. kind says why, detail what does.',
  unreachable: 'Temporal or Redis does not answer. Try again later; Retry-After says when.',
  busy: 'Too much to do at the moment. Try again after Retry-After.',
  'token-needed': 'Send a token: Authorization: Bearer TOKEN.',
  'role-needed': 'This token may read only.',
  'foreign-origin': 'Actions are taken from this page or from a program, not from another site.',
  'wrong-host': 'The server answers to names of this machine only, as no token is set.',
  'too-often': 'A minute has a limit of actions and of wrong tokens.',
  'too-large': 'The body is larger than is read.',
  'no-such-method': 'The path is there, but not by this method. Allow says which.',
  'not-json': 'Bodies are JSON, and say so.',
  fault: 'A fault of daychain itself. Its log has the rest.',
};

type Html = ReturnType<typeof html>;

export function docsPage(document: OpenApiDocument): Html {
  const { info, tags, paths } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const used = tags.filter(({ name }) => operations.some(({ operation }) => operation.tags.includes(name)));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title} ${info.version}: HTTP API</title>
        <link rel="stylesheet" href="/docs.css" />
      </head>
      <body>
        <h1>${info.title} ${info.version}: HTTP API</h1>
        <p>${info.description}</p>
        <p>
          Machine-readable: <a href="/openapi.json">/openapi.json</a>. Actions are POST with a JSON body, also where nothing has
          to be said: <code>{}</code>. With an <code>Idempotency-Key</code> an action sent twice has one effect. Errors are
          <a href="#problems">problem details</a>.
        </p>
        <nav>
          <ul>
            ${used.map(({ name }) => html`<li><a href="#${anchor(name)}">${name}</a></li>`)}
          </ul>
        </nav>
        ${used.map(({ name, description }) => section(name, description, operations))}
        <h2 id="problems">Problems</h2>
        <p>
          Bodies of type <code>application/problem+json</code>: type, title, status, detail (for people), kind (for programs).
        </p>
        <dl>
          ${Object.entries(PROBLEMS).map(
            ([kind, text]) =>
              html`<dt id="problem-${kind}"><code>${kind}</code></dt>
                <dd>${text}</dd>`,
          )}
        </dl>
        <h2 id="schemas">Shapes</h2>
        ${Object.entries(document.components.schemas).map(
          ([name, schema]) =>
            html`<details id="schema-${name}">
              <summary>${name}</summary>
              <pre>${JSON.stringify(schema, null, 2)}</pre>
            </details>`,
        )}
      </body>
    </html>`;
}

function section(
  tag: string,
  description: string,
  operations: readonly { path: string; method: string; operation: Operation }[],
) {
  return html`<h2 id="${anchor(tag)}">${tag}</h2>
    <p>${description}</p>
    ${operations
      .filter(({ operation }) => operation.tags.includes(tag))
      .map(
        ({ path, method, operation }) =>
          html`<article>
            <h3><code>${method.toUpperCase()} ${path}</code></h3>
            <p>${operation.summary}.${operation.description ? ` ${operation.description}` : ''}</p>
            ${parameters(operation)}${body(operation)}
            <p>Answers ${shape(Object.values(operation.responses['200']?.content ?? {})[0]?.schema)}</p>
          </article>`,
      )}`;
}

function parameters({ parameters: all = [] }: Operation): Html | string {
  const told = all.filter((parameter) => parameter.in !== 'header');
  if (told.length === 0) return '';
  return html`<dl>
    ${told.map(
      ({ name, in: place, required, schema }) =>
        html`<dt><code>${name}</code> ${place}${required ? ', needed' : ''}</dt>
          <dd>${schema?.description ?? ''} ${schema?.['enum'] ? (schema['enum'] as string[]).join(', ') : ''}</dd>`,
    )}
  </dl>`;
}

function body({ requestBody }: Operation): Html | string {
  const schema = requestBody?.content['application/json']?.schema;
  return schema === undefined ? '' : html`<p>Body ${shape(schema)}</p>`;
}

function shape(schema: Schema | undefined): Html {
  const name = schema?.$ref?.split('/').at(-1);
  if (name !== undefined) return html`<a href="#schema-${name}">${name}</a>`;
  return html`<details>
    <summary>shape</summary>
    <pre>${JSON.stringify(schema ?? {}, null, 2)}</pre>
  </details>`;
}

function anchor(text: string): string {
  return text.toLowerCase().replaceAll(' ', '-');
}

/** Light and dark, as the browser asks. */
export const DOCS_CSS = `
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; border-bottom: 1px solid #8886; } h3 { font-size: 1rem; margin-bottom: 0; }
code, pre { font: 13px/1.4 ui-monospace, monospace; } pre { overflow-x: auto; border-left: 1px solid #8886; padding-left: 0.75rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; list-style: none; padding: 0; }
article p { margin: 0.25rem 0; } dd { margin-left: 1.5rem; } summary { cursor: pointer; }
`;
