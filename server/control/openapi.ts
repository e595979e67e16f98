/** The OpenAPI 3.1 document of the control API, made from the definitions of its routes. */
import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { PERMISSIONS, type Permission } from '../../policies/access/permissions.ts';
import { OWN_PAGE_HEADER } from '../access/caller.ts';
import { ERRORS, type ErrorCode } from '../errors.ts';
import type { Route } from './route.ts';

const failure = z
  .object({
    error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) }),
  })
  .meta({ id: 'Error' });

const isPermission = (may: Route['may']): may is Permission => may in PERMISSIONS;

/** Errors by status: a document has one answer a status, and several codes can share it. */
function failures(route: Route): ZodOpenApiResponsesObject {
  const codes: ErrorCode[] = [
    'invalid_input',
    ...(route.may === 'anyone' ? [] : (['unauthenticated'] as const)),
    ...(isPermission(route.may) ? (['not_allowed'] as const) : []),
    ...(route.errors ?? []),
  ];
  const answers: ZodOpenApiResponsesObject = {};
  for (const status of new Set(codes.map((code) => ERRORS[code].status))) {
    const words = codes
      .filter((code) => ERRORS[code].status === status)
      .map((code) => `\`${code}\`: ${ERRORS[code].message}`);
    answers[`${status as 400}`] = {
      description: words.join('\n'),
      content: { 'application/json': { schema: failure } },
    };
  }
  return answers;
}

function mediaTypeOf({ streams }: Route): string {
  if (streams === 'lines') return 'application/jsonl';
  return streams ? 'text/event-stream' : 'application/json';
}

function operation(route: Route): ZodOpenApiOperationObject {
  return {
    tags: [route.tag],
    summary: route.summary,
    ...(route.may === 'anyone' ? { security: [] } : {}),
    ...(isPermission(route.may) && { description: `For those who may ${PERMISSIONS[route.may]}.` }),
    requestParams: { path: route.params, query: route.query },
    ...(route.body && { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }),
    responses: {
      [`${route.status}`]: {
        description: route.streams
          ? `${route.streams === 'lines' ? 'Lines' : 'Events'}, each with this.`
          : route.file === true
            ? 'The file.'
            : route.response
              ? 'Done.'
              : 'Done; there is nothing to answer.',
        ...(route.file === true && { content: { 'application/octet-stream': { schema: z.string() } } }),
        ...(route.response &&
          route.file !== true && {
            content: { [mediaTypeOf(route)]: { schema: route.response } },
          }),
      },
      ...failures(route),
    },
  };
}

/** The document of a table of routes, whose paths stand under `/api`. */
export function apiDocument(routes: readonly Route[]) {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Signalbox control API',
      version: '1',
      description: `Times are milliseconds since 1970, money is in nano-dollars. Sign in, or send the admin token. Changes made with a session cookie come from a page of the gateway or carry the header "${OWN_PAGE_HEADER}: 1".`,
    },
    servers: [{ url: '/api' }],
    security: [{ session: [] }, { adminToken: [] }],
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'signalbox.sid' },
        adminToken: { type: 'http', scheme: 'bearer' },
      },
    },
    paths,
  });
}
