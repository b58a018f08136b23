/** The OpenAPI document: made of the same declarations that check requests. */
import type { Api } from './frame.js';

export function openDocument({ app, parts }: Api): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'A token of DAYCHAIN_WEB_TOKENS. None is needed where none is set: then only this machine is listened to.',
  });
  let document: object | undefined;
  app.get('/openapi.json', (context) => context.json((document ??= documentOf(app, parts.version))));
}

export function documentOf(app: Api['app'], version: string): object {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'daychain', version, description: 'What the server knows of a project, and the actions on it.' },
  });
}
