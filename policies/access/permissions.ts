/** Everything that somebody can be allowed to do, each in words. What stands before the space is the action. */
export const PERMISSIONS = {
  'read house': 'see teams, projects, models, prices and templates',
  'change house': 'make and rename teams and projects, choose default policies, and change what is kept',
  'read people': 'see everybody’s addresses, roles, invitations, programs’ tokens and the settings of sign-in',
  'change people': 'invite and remove people, give roles and tokens, and set up sign-in',
  'read policy': 'see policies, their versions and tests, and try them out',
  'draft policy': 'draw: make policies, change drafts and tests, comment, and ask for approval',
  'approve policy': 'approve drafts of others, or send them back',
  'publish policy': 'publish drafts, as far as the policy’s rules for approval let them, and put policies away',
  'rule policy': 'say who has to approve a policy, and which policy runs before all others',
  'read key': 'see API keys, never their text',
  'change key': 'make, limit and revoke API keys',
  'read provider': 'see accounts at providers, never their secrets',
  'change provider': 'add and change accounts at providers, and aliases of models',
  'change price': 'change prices and rate cards, and accept price lists',
  'read budget': 'see budgets, what they have used, and forecasts',
  'ask budget': 'ask for more of a budget',
  'change budget': 'make and change budgets, and grant what others ask for',
  'read ledger': 'see the ledger and closed months',
  'change ledger': 'top up and reset budgets, book corrections, close months, and set cost centres',
  'read alert': 'see channels and the messages that were sent',
  'change alert': 'add and change channels',
  'read record': 'see requests: who, when, which path, why, and what they cost, but not what was said',
  'read content': 'read what people and models said',
  'export record': 'take records of requests along as a file',
  'delete record': 'delete records and their content for good, as the law may ask for',
  'read usage': 'see what was used and spent, by whom',
  'read history': 'see who changed what, and check that nothing was altered',
} as const;

export type Permission = keyof typeof PERMISSIONS;
type ActionOf<P> = P extends `${infer Action} ${string}` ? Action : never;
type SubjectOf<P> = P extends `${string} ${infer Subject}` ? Subject : never;
export type Action = ActionOf<Permission>;
export type Subject = SubjectOf<Permission>;

/** The permissions, in the order of their table. */
export const permissions = Object.keys(PERMISSIONS).filter((name): name is Permission => name in PERMISSIONS);

/** What belongs to one team, project or policy, so that a role can be limited to it. All else is of the whole organisation. */
export const PLACED: ReadonlySet<Subject> = new Set<Subject>([
  ...(['policy', 'key', 'budget', 'record', 'content', 'usage'] as const),
]);
