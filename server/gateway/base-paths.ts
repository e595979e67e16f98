/** The paths under which a protocol is spoken: our own, and those that the base addresses of other gateways end with. */

/** Our own first. What programs put between the host and the name of what they ask for. */
const BASE_PATHS = [
  // OpenAI's and Anthropic's packages, Portkey, Helicone.
  '/v1',
  // LiteLLM's ways to one vendor, and the newer one of Azure.
  '/openai/v1',
  '/openai',
  '/anthropic/v1',
  // Cloudflare, with whatever names of an account and a gateway.
  '/v1/:account/:gateway/openai',
  '/v1/:account/:gateway/compat',
  '/v1/:account/:gateway/anthropic/v1',
  '/compat',
] as const;

/** Every path of an endpoint that is written as ours, such as "/v1/models". */
export function pathsOf(own: string): string[] {
  return BASE_PATHS.map((base) => `${base}${own.slice('/v1'.length)}`);
}

/** The same for what is only ever posted: LiteLLM has it at the root too, where our pages are looked at. */
export function postPathsOf(own: string): string[] {
  return [...pathsOf(own), own.slice('/v1'.length)];
}
