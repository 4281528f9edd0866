/** What a person should know of a row that is learned. */
export interface RowFinding {
  code: RowFindingCode;
  /** Its place, as `file:line`. */
  row: string;
  /** The kind of a secret or of personal data; the special token. */
  what: string;
  issuer: string | null;
  /** Whose message has it. */
  role: string | null;
  /** The earlier row that it nearly repeats. */
  like: string | null;
  similarity: number | null;
}

/** Kinds of secrets and of personal data, as `trainer/data/measure/private_texts.py` finds them. */
const kinds = {
  private_key: 'a private key',
  token: 'an access token',
  jwt: 'a signed token (JWT)',
  address_with_password: 'an address with a password',
  password: 'a password or key',
  email: 'an e-mail address',
  phone: 'a mobile number',
  phone_international: 'a phone number',
  chinese_id: 'a Chinese identity number',
  us_ssn: 'a US social security number',
  card: 'the number of a payment card',
  iban: 'an IBAN',
} as const;
export type PrivateKind = keyof typeof kinds;

/** A run may come from a later temper, with kinds that this one does not know. */
export const kindWords = (kind: string): string => (kinds as Readonly<Record<string, string>>)[kind] ?? kind;

const words = {
  near_duplicate: ({ like, similarity }) => `asks nearly what ${like} asks (similarity ${similarity?.toFixed(2)})`,
  secret: ({ what, issuer, role }) => `the ${role}'s message holds ${kindWords(what)}${issuer ? ` of ${issuer}` : ''}`,
  personal: ({ what, role }) => `the ${role}'s message holds ${kindWords(what)}`,
  special_token: ({ what, role }) => `the ${role}'s message spells out the special token ${what}`,
} as const satisfies Record<string, (finding: RowFinding) => string>;

export type RowFindingCode = keyof typeof words;
export const rowFindingCodes = Object.keys(words) as [RowFindingCode, ...RowFindingCode[]];

export const rowFindingWords = (finding: RowFinding): string => `${finding.row}: ${words[finding.code](finding)}`;

/** Counts of rows, in a summary of one line. */
const counted = {
  near_duplicate: 'nearly repeat another',
  secret: 'hold a secret',
  personal: 'hold personal data',
  special_token: 'spell out a special token',
} as const satisfies Record<RowFindingCode, string>;

export const countedWords = (counts: Readonly<Record<string, number>>): string[] =>
  rowFindingCodes.filter((code) => counts[code]).map((code) => `${counts[code]} ${counted[code]}`);
