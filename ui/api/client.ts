/** The one way to the control API: every answer is parsed, every failure becomes a sentence. */
import { z } from 'zod';

/** A request that failed. `code` is the server's own, or `unreachable` or `unexpected` when it sent none. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  /** What the server says besides: the draft as it is now, the tests that failed. */
  readonly details: unknown;

  constructor(code: string, message: string, status: number, details?: unknown) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

const errorBody = z.object({ error: z.object({ code: z.string(), message: z.string(), details: z.unknown() }) });

interface Question {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Asks `/api<path>` and gives the answer as the schema reads it; rejects with an `ApiError` in words for people. */
export async function ask<S extends z.ZodType>(schema: S, path: string, question: Question = {}): Promise<z.output<S>> {
  const { status, value } = await answerOf(path, question);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ApiError(
    'unexpected',
    'This page does not understand the answer of the gateway. It may have been updated: reload the page.',
    status,
  );
}

/** Asks `/api<path>` for a file and gives its text; rejects with an `ApiError` in words for people. */
export async function askText(path: string): Promise<string> {
  return (await answerOf(path, {})).text;
}

/** Asks `/api<path>` for a big file and tells how many bytes have come so far; rejects as `ask` does. */
export async function askFile(path: string, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<Blob> {
  const response = await send(path, { signal });
  if (!response.ok) throw failureOf(response.status, readJson(await response.text()));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  try {
    for (const reader = response.body?.getReader(); reader; ) {
      const { value } = await reader.read();
      if (value === undefined) break;
      parts.push(value);
      bytes += value.length;
      onBytes(bytes);
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError('unreachable', 'The gateway stopped before the end of the file. Try again.', response.status);
  }
  return new Blob(parts);
}

async function send(path: string, { method = 'GET', body, signal }: Question): Promise<Response> {
  try {
    return await fetch(`/api${path}`, {
      method,
      headers: {
        ...(method === 'GET' ? {} : { 'x-signalbox-csrf': '1' }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('unreachable', 'The gateway does not answer. Check that it is running, then try again.', 0);
  }
}

function failureOf(status: number, value: unknown): ApiError {
  const said = errorBody.safeParse(value);
  if (!said.success)
    return new ApiError('unexpected', `The gateway answered with an error (${status}). Try again.`, status);
  const { code, message, details } = said.data.error;
  return new ApiError(code, message, status, details);
}

async function answerOf(path: string, question: Question): Promise<{ status: number; text: string; value: unknown }> {
  const response = await send(path, question);
  const text = await response.text();
  const value = readJson(text);
  if (!response.ok) throw failureOf(response.status, value);
  return { status: response.status, text, value };
}

/** The JSON value of a text; undefined when it is empty or no JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
