/** Every error that a client of the gateway or of the control API can get: one table, documented in docs/errors.md. */

interface ErrorEntry {
  readonly status: number;
  /** The `type` of the OpenAI error shape. */
  readonly type:
    | 'invalid_request_error'
    | 'authentication_error'
    | 'permission_error'
    | 'rate_limit_error'
    | 'server_error';
  /** What happened, why, and what to do; `{name}` is filled in from the error's details. */
  readonly message: string;
  /** True where sending the same request again can help. */
  readonly retry: boolean;
}

const invalid = (message: string, status = 400): ErrorEntry => ({
  status,
  type: 'invalid_request_error',
  message,
  retry: false,
});
const server = (status: number, message: string, retry = true): ErrorEntry => ({
  status,
  type: 'server_error',
  message,
  retry,
});

export const ERRORS = {
  invalid_json: invalid('The body is not valid JSON: {why}. Send one JSON object encoded as UTF-8.'),
  duplicate_key: invalid(
    'The body names a key twice in one object, so that two readers could understand it differently. Send each key once.',
  ),
  too_deep: invalid('The body is nested deeper than 256 levels. Flatten it.'),
  invalid_request: invalid('The request cannot be understood: {why}.'),
  invalid_tags: invalid('The tags cannot be used: {why}. Write them as name=value, separated by commas.'),
  body_too_large: invalid(
    'The body is larger than the limit of {limit}. Send less, or ask your administrator to raise the limit.',
    413,
  ),
  missing_key: {
    status: 401,
    type: 'authentication_error',
    message: 'No API key was sent. Send it as "Authorization: Bearer <key>" or in "x-api-key".',
    retry: false,
  },
  invalid_key: {
    status: 401,
    type: 'authentication_error',
    message: 'This API key is not known. Check it, or ask your administrator for a new one.',
    retry: false,
  },
  revoked_key: {
    status: 401,
    type: 'authentication_error',
    message: 'This API key was revoked. Ask your administrator for a new one.',
    retry: false,
  },
  expired_key: {
    status: 401,
    type: 'authentication_error',
    message:
      'This API key expired: it could be used until {ended_at}. Ask your administrator for a new one, or to let this one go on.',
    retry: false,
  },
  network_not_allowed: {
    status: 403,
    type: 'permission_error',
    message:
      'This API key may not be used from the address {address}. Use it from one of its networks, or ask your administrator to add this one.',
    retry: false,
  },
  endpoint_not_allowed: {
    status: 403,
    type: 'permission_error',
    message:
      'This API key may not be used for {endpoint}, only for {allowed}. Use another key, or ask your administrator to allow it.',
    retry: false,
  },
  unknown_policy: invalid(
    'There is no policy named {policy} with a published version. Check the name in "model", or publish the policy.',
    404,
  ),
  no_policy: invalid(
    'No policy is set for this project or its organisation. Ask your administrator to publish one and make it the default.',
    404,
  ),
  policy_not_allowed: {
    status: 403,
    type: 'permission_error',
    message: 'This API key may not use the policy {policy}. Use one of its own, or ask your administrator.',
    retry: false,
  },
  policy_not_own: invalid(
    'The policy {policy} runs before all others and leaves requests to the policies of their projects, so it cannot be one itself. Name another policy, or ask your administrator to choose another default.',
    404,
  ),
  unknown_model: invalid(
    'There is no model named {model} here. GET /v1/models lists those that this key may use.',
    404,
  ),
  model_not_allowed: {
    status: 403,
    type: 'permission_error',
    message:
      'This API key may not use {model}, and the policy offers it nothing else. GET /v1/models lists what it may use; ask your administrator for more.',
    retry: false,
  },
  model_unsupported: invalid('No model on the way of this request can take it: {why}.'),
  answer_needs_chat: invalid(
    'The policy answers this request with a fixed text, which is no answer to a request for embeddings. Ask its author to let embeddings take another way.',
  ),
  budget_exhausted: {
    status: 429,
    type: 'rate_limit_error',
    message:
      'The budget {budget} for {scope} is spent: {spent} of {limit} used, {held} held for running requests, and this request could cost {amount}. It resets {resets_at}. Ask {owner} for more: the page {link} takes your request.',
    retry: false,
  },
  budget_unavailable: server(
    503,
    'What a request holds of the budget {budget} cannot be written down now, so nothing is spent from it. Try again in a moment; if it goes on, ask your administrator to look at the disk and the database.',
  ),
  rate_limited: {
    status: 429,
    type: 'rate_limit_error',
    message:
      'The limit of {limit} for {scope} is reached: {used} used, and this request counts for {amount}.{waited} {advice}',
    retry: true,
  },
  request_over_limit: invalid(
    'This request alone counts for {amount}, and the limit for {scope} is {limit}. Send less, set a smaller limit on the answer, or ask the author of the policy for more.',
  ),
  cost_unbounded: invalid(
    'The request contains {what}, whose cost cannot be known beforehand, and the budget {budget} does not allow an estimate. Send the content itself, or ask {owner} to allow estimates.',
  ),
  price_unknown: invalid(
    'The price of {model} is not known, so it cannot be used behind the budget {budget}. Ask your administrator to set its price.',
    403,
  ),
  blocked_by_policy: { status: 403, type: 'permission_error', message: '{message}', retry: false },
  policy_unfinished: server(
    500,
    'The policy {policy} has no way on from "{port}" of {node}. Ask its author to connect that port.',
    false,
  ),
  upstream_rate_limited: {
    status: 429,
    type: 'rate_limit_error',
    message: 'The provider of {model} asks to slow down: {why}.',
    retry: true,
  },
  upstream_error: server(502, 'The provider of {model} failed: {why}. Try again, or use another model.'),
  upstream_timeout: server(
    504,
    'The provider of {model} did not answer in time ({why}). Try again, or use another model.',
  ),
  upstream_unreachable: server(502, 'The provider of {model} cannot be reached: {why}. Try again later.'),
  upstream_bad_answer: server(
    502,
    'The provider of {model} sent something that is not an answer: {why}. Try again, or use another model.',
  ),
  upstream_broken: server(
    502,
    'The answer of {model} broke off in the middle: {why}. What arrived so far is incomplete.',
  ),
  upstream_auth: server(
    502,
    'The provider of {model} refused the key that the gateway holds for it. Ask your administrator to check it.',
    false,
  ),
  upstream_invalid: invalid('The provider of {model} does not accept the request: {why}.'),
  context_too_long: invalid(
    'The request is longer than {model} can read: {why}. Shorten it, or use a model with a larger context.',
  ),
  content_refused: invalid('The provider of {model} refused the content: {why}.'),
  overloaded: server(503, 'The gateway is at its limit of work in flight. Try again in a moment.'),
  shutting_down: server(503, 'The gateway is being restarted. Try again in a moment.'),
  record_failed: server(
    503,
    'The request could not be written to the record, so its answer is withheld. Try again; if it goes on, ask your administrator to look at the disk and the database.',
  ),
  client_closed: server(499, 'The client hung up before the answer was complete.', false),
  internal: server(
    500,
    'Something went wrong inside the gateway. The administrator finds it in the log under the request id.',
  ),
  not_allowed: {
    status: 403,
    type: 'permission_error',
    message: 'Your roles do not let you do this. It takes somebody who may {right}. Ask an admin for it.',
    retry: false,
  },
  unauthenticated: {
    status: 401,
    type: 'authentication_error',
    message: 'Sign in first, or send the admin token as "Authorization: Bearer <token>".',
    retry: false,
  },
  wrong_password: {
    status: 401,
    type: 'authentication_error',
    message: 'The e-mail address or the password is not right.',
    retry: false,
  },
  too_many_attempts: {
    status: 429,
    type: 'rate_limit_error',
    message: 'Too many attempts have failed. Wait {wait} and try again.{advice}',
    retry: true,
  },
  wrong_code: {
    status: 401,
    type: 'authentication_error',
    message:
      'The code is not right, or it was used already. Enter the next one that your app shows, or one of your recovery codes.',
    retry: false,
  },
  sign_in_expired: {
    status: 401,
    type: 'authentication_error',
    message: 'This sign-in was begun too long ago, or in another browser. Begin it again.',
    retry: false,
  },
  sign_in_refused: { status: 403, type: 'permission_error', message: '{why}.', retry: false },
  people_only: {
    status: 403,
    type: 'permission_error',
    message: 'Only a person has an account of their own. Sign in on the pages instead of sending a token.',
    retry: false,
  },
  invitation_over: invalid(
    'This invitation cannot be used: it was used already, was withdrawn, or is older than seven days. Ask for another one.',
    410,
  ),
  email_taken: invalid('Somebody with this e-mail address is here already. Look at the list of people.', 409),
  last_admin: invalid(
    'This is the last admin, and without one nobody could change anything any more. Make somebody else an admin first.',
    409,
  ),
  not_found: invalid('There is no {what} here. It may have been deleted, or the address is wrong.', 404),
  method_not_allowed: invalid('{method} is not possible here. Allowed: {allowed}.', 405),
  invalid_input: invalid('{why}.', 422),
  invalid_graph: invalid('The policy has problems and cannot be published: {why}.', 422),
  tests_failed: invalid(
    'The policy does not do what its own tests expect, and cannot be published: {why}. Mend the policy, or change the tests where they expect the wrong thing.',
    422,
  ),
  approval_missing: invalid(
    'Before this draft is published, approvals are needed: {needed} of exactly this drawing and its tests, of which {given} are there. They can come from {who}, but not from those who drew it. Ask for approval first, or wait for the answer.',
    409,
  ),
  approval_not_possible: invalid('This cannot be done: {why}.', 409),
  emergency_not_allowed: {
    status: 403,
    type: 'permission_error',
    message:
      'Your roles do not let you publish this without approvals, even in an emergency. These roles may: {roles}. Ask somebody who has one of them, or ask for approval.',
    retry: false,
  },
  policy_archived: invalid(
    'The policy “{policy}” is in the archive, where nothing of it can be changed or used. Take it out of the archive first.',
    409,
  ),
  policy_is_default: invalid(
    'The policy “{policy}” is what {owners} uses by default, so its requests would find no policy any more. Choose another default first, then archive it.',
    409,
  ),
  policy_is_mandatory: invalid(
    'The policy “{policy}” runs before every other one, so requests would go past it. End that first on the page “Projects”, then archive it.',
    409,
  ),
  month_not_closable: invalid('{month} cannot be closed: {why}.', 409),
  usage_needs_scan: invalid(
    'This cannot be answered at once: {why}. Ask for a shorter time, or start a scan, which reads the requests one after the other and says how far it is.',
    422,
  ),
  too_many_scans: {
    status: 429,
    type: 'rate_limit_error',
    message: 'Already {most} scans are reading the records. Wait until one of them has ended, or end one.',
    retry: true,
  },
  too_many_exports: {
    status: 429,
    type: 'rate_limit_error',
    message: 'Already {most} exports are being made. Wait until one of them has ended, then ask for yours again.',
    retry: true,
  },
  reading_replaced: invalid(
    'You have asked for what left the house once more since, and only one such reading runs for each person. Look at the newer one, or ask again.',
    409,
  ),
  signing_unavailable: server(
    503,
    'Nothing can be signed now: the key that signs was sealed with another secret. Ask your administrator to put back the setting SECRET_KEY or the file secret.key that it was sealed with, and to start the gateway again.',
    false,
  ),
  content_unreadable: server(
    503,
    'The stored messages cannot be read now: they were sealed with another secret, or altered. Ask your administrator to put back the setting SECRET_KEY or the file secret.key that they were sealed with, and to start the gateway again.',
    false,
  ),
  conflict: invalid(
    '{what} was changed by someone else in the meantime (revision {revision}). Load it again and repeat your change.',
    409,
  ),
  already_exists: invalid('There is already a {what} of that name. Choose another.', 409),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** An error that the client may see: a code of the table, with the details that its sentence needs. */
export class SignalboxError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;
  /** Milliseconds after which a retry makes sense, where that is known. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    details: Readonly<Record<string, unknown>> = {},
    options: { status?: number; retryAfterMs?: number } = {},
  ) {
    super(ERRORS[code].message.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? 'unknown')));
    this.name = 'SignalboxError';
    this.code = code;
    this.status = options.status ?? ERRORS[code].status;
    this.details = details;
    this.retryAfterMs = options.retryAfterMs;
  }

  get type(): string {
    return ERRORS[this.code].type;
  }

  get retry(): boolean {
    return ERRORS[this.code].retry;
  }
}
