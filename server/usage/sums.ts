/** What is summed up of requests, in memory. */
import { addLatencies, type Latencies } from './latencies.ts';

/** Tokens as counted, money in nano-dollars. */
export interface Sums {
  requests: number;
  /** Requests that went wrong: neither those that a policy refused nor those that a client gave up. */
  errors: number;
  /** Requests that a policy, a budget or a limit refused. */
  refused: number;
  inputTokens: number;
  /** A part of the input. */
  cachedTokens: number;
  outputTokens: number;
  /** A part of the output. */
  reasoningTokens: number;
  cost: number;
  /** Milliseconds of all whole answers together; their number is that of the histogram. */
  latencyMs: number;
  /** What the models that were asked for would have cost more than those that answered; below zero where less. */
  savedByRouting: number;
  /** What answers had cost that a cache gave again. */
  savedByCaching: number;
  /** What calls cost that did not answer. */
  retryCost: number;
  /** What copies of requests cost that were sent to other models; a part of the cost. */
  shadowCost: number;
  latencies: Latencies;
}

/** The numbers, in the order of their columns. */
export const MEASURES = [
  'requests',
  'errors',
  'refused',
  'inputTokens',
  'cachedTokens',
  'outputTokens',
  'reasoningTokens',
  'cost',
  'latencyMs',
  'savedByRouting',
  'savedByCaching',
  'retryCost',
  'shadowCost',
] as const satisfies readonly (keyof Sums)[];
export type Measure = (typeof MEASURES)[number];

export function noSums(): Sums {
  return {
    requests: 0,
    errors: 0,
    refused: 0,
    inputTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    cost: 0,
    latencyMs: 0,
    savedByRouting: 0,
    savedByCaching: 0,
    retryCost: 0,
    shadowCost: 0,
    latencies: new Map(),
  };
}

/** Adds one to another. */
export function addSums(to: Sums, from: Readonly<Sums>): void {
  for (const measure of MEASURES) to[measure] += from[measure];
  addLatencies(to.latencies, from.latencies);
}
